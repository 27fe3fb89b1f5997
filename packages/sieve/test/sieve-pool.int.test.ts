import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { PRIMES_BELOW_POWER_OF_TEN } from './known-primes.ts';
import { SievePool } from '../src/pool/sieve-pool.ts';
import { MAX_NUMBER, SEGMENT_BYTES } from '../src/tuning.ts';
import { byteOfNumber } from '../src/wheel30.ts';
import { countPrimesByPool } from './count-primes.ts';
import { expectedBitmap, firstDifference } from './oracle.ts';

/** Takes about 100 ms. */
const LONG = { firstByte: 30_000_000_000, bytes: 4_000_000 };
const SHORT = { firstByte: 0, bytes: 1_000 };

/** The threads that this test started, from Node's diagnostics channel. */
let started: Worker[] = [];
const onThread = (message: unknown) => started.push((message as { worker: Worker }).worker);

beforeEach(() => {
  started = [];
  subscribe('worker_threads', onThread);
});

afterEach(() => {
  unsubscribe('worker_threads', onThread);
});

describe('SievePool', () => {
  it('sieves the same bytes as the oracle, for ranges in any order', async () => {
    await using pool = new SievePool({ threads: 2 });
    expect(pool.size).toBe(2);
    const firsts = [33_000_000_000, 0, 1, 500_000, 33_000_000_001, 70_000_000];
    const sieved = await Promise.all(
      firsts.map((firstByte) => pool.sieve({ firstByte, bytes: 2_000 }, { group: 'g' })),
    );
    for (const [i, firstByte] of firsts.entries()) {
      expect(firstDifference(sieved[i].bitmap, expectedBitmap(firstByte, 2_000))).toBe(-1);
    }
    expect(started).toHaveLength(2);
  });

  it('sieves into memory of the caller, and returns it', async () => {
    await using pool = new SievePool({ threads: 1 });
    let memory = new ArrayBuffer(1_032);
    for (const firstByte of [33_000_000_000, 5]) {
      const into = new Uint8Array(memory, 32);
      const { bitmap } = await pool.sieve({ firstByte, bytes: 1_000 }, { group: 'g', into });
      expect(firstDifference(bitmap, expectedBitmap(firstByte, 1_000))).toBe(-1);
      expect(into.buffer.detached).toBe(true);
      expect([bitmap.byteOffset, bitmap.buffer.byteLength]).toEqual([32, 1_032]);
      memory = bitmap.buffer;
    }
    const short = { group: 'g', into: new Uint8Array(999) };
    await expect(pool.sieve(SHORT, short)).rejects.toThrow(
      '`into.length` must be an integer from 1000 to 1000: received 999',
    );
  });

  it('starts a thread only if none is idle', async () => {
    await using pool = new SievePool({ threads: 2 });
    expect(started).toHaveLength(0);
    for (let i = 0; i < 3; i++) await pool.sieve(SHORT, { group: 'g' });
    expect(started).toHaveLength(1);
    await Promise.all(Array.from({ length: 10 }, () => pool.sieve(SHORT, { group: 'g' })));
    expect(started).toHaveLength(2);
  });

  it('counts the primes to 10^9', async () => {
    await using pool = new SievePool({ threads: 2 });
    // The last prime, 10^9 − 63, is before the byte that contains the limit.
    const count = await countPrimesByPool(pool, byteOfNumber(1_000_000_000));
    expect(count).toBe(PRIMES_BELOW_POWER_OF_TEN[9]);
  });

  it('serves a new group next, even if another group has many waiting ranges', async () => {
    // One thread responds in the order of dispatch; of two, the scheduler may stop the one that has the short range.
    await using pool = new SievePool({ threads: 1 });
    const controller = new AbortController();
    let done = 0;
    const long = Array.from({ length: 1_000 }, (_, i) =>
      pool
        .sieve(
          { firstByte: i * SEGMENT_BYTES, bytes: SEGMENT_BYTES },
          { group: 'long', signal: controller.signal },
        )
        .then(() => done++),
    );
    await pool.sieve(SHORT, { group: 'short' });
    // The thread already had a current and a next range.
    expect(done).toBe(2);
    controller.abort();
    await Promise.allSettled(long);
  });

  it('drops an aborted range that waits', async () => {
    await using pool = new SievePool({ threads: 1 });
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const options = { group: 'g', signal: controller.signal };
    const inFlight = [pool.sieve(SHORT, { group: 'g' }), pool.sieve(SHORT, { group: 'g' })];
    // If these were not dropped, the last range would take minutes, and the test would time out.
    const waiting = Array.from({ length: 1_000 }, () => pool.sieve(LONG, options));
    const last = pool.sieve(SHORT, { group: 'g' });
    controller.abort(reason);
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toEqual({ status: 'rejected', reason });
    }
    await Promise.all([...inFlight, last]);
    await expect(pool.sieve(SHORT, options)).rejects.toBe(reason);
  });

  it('rejects an aborted range in flight at once, and continues with the next', async () => {
    await using pool = new SievePool({ threads: 1 });
    const controller = new AbortController();
    const order: string[] = [];
    const inFlight = pool
      .sieve(LONG, { group: 'g', signal: controller.signal })
      .catch((error: unknown) => order.push(String(error)));
    const next = pool.sieve({ firstByte: 5, bytes: 10 }, { group: 'g' }).then(({ bitmap }) => {
      order.push('next');
      expect(bitmap).toEqual(expectedBitmap(5, 10));
    });
    controller.abort('aborted');
    await Promise.all([inFlight, next]);
    expect(order).toEqual(['aborted', 'next']);
    expect(started).toHaveLength(1);
  });

  it.each([
    { what: 'ends', crash: (thread: Worker) => void thread.terminate(), cause: undefined },
    {
      what: 'throws',
      // An invalid message makes the thread throw, like a bug in its code.
      crash: (thread: Worker) => {
        thread.postMessage(null);
      },
      cause: { name: 'TypeError' },
    },
  ])('rejects only the range of a thread that $what, and replaces it', async ({ crash, cause }) => {
    await using pool = new SievePool({ threads: 2 });
    await Promise.all([pool.sieve(SHORT, { group: 'g' }), pool.sieve(SHORT, { group: 'g' })]);
    const ranges = [LONG, SHORT, SHORT, SHORT, SHORT, SHORT];
    crash(started[0]);
    // The memory that the thread held is lost, so its waiting ranges get new memory.
    const outcomes = await Promise.allSettled(
      ranges.map((range) => pool.sieve(range, { group: 'g', into: new Uint8Array(range.bytes) })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array(5).fill('fulfilled')]);
    expect(outcomes[0]).toMatchObject({
      reason: { message: 'A sieve thread exited before its range was sieved', cause },
    });
    await Promise.all(Array.from({ length: 10 }, () => pool.sieve(SHORT, { group: 'g' })));
    expect(started).toHaveLength(3);
  });

  it.each([
    { firstByte: -1, bytes: 1 },
    { firstByte: 0, bytes: 0 },
    { firstByte: 0, bytes: 1.5 },
    { firstByte: 0, bytes: Infinity },
    { firstByte: Math.floor(MAX_NUMBER / 30), bytes: 1 },
  ])('refuses the range %j and keeps its threads', async (range) => {
    await using pool = new SievePool({ threads: 1 });
    await expect(pool.sieve(range, { group: 'g' })).rejects.toThrow(RangeError);
    await pool.sieve(SHORT, { group: 'g' });
    expect(started).toHaveLength(1);
  });

  it('close() rejects what is not done, ends the threads, and leaves the pool closed', async () => {
    const pool = new SievePool({ threads: 2 });
    const ranges = Array.from({ length: 10 }, () => pool.sieve(LONG, { group: 'g' }));
    const exits = started.map((thread) => once(thread, 'exit'));
    const outcomes = Promise.allSettled(ranges);
    await pool.close();
    expect(started.map((thread) => thread.threadId)).toEqual([-1, -1]);
    await Promise.all(exits);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'The sieve pool is closed' } });
    }
    await expect(pool.sieve(SHORT, { group: 'g' })).rejects.toThrow('The sieve pool is closed');
    await pool.close();
    expect(started).toHaveLength(2);
  });

  it.each([0, -1, 1.5, NaN])('refuses %p threads', (threads) => {
    expect(() => new SievePool({ threads })).toThrow(RangeError);
    expect(started).toHaveLength(0);
  });
});
