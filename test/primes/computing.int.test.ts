import { describe, expect, it } from '@jest/globals';
import { REPAIR_JOB } from '@primes/contracts';
import { readSegments } from '@primes/prime-store';
import { numberOfBit } from '@primes/sieve/bitmap';
import { eventually, startRedis } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { dataOf } from '../../services/worker/test/fixture.ts';
import { startWorker } from '../../services/worker/test/worker.ts';
import { openPrimes, type Primes } from './worker.ts';

/** The n-th prime, read from the store. */
async function storedPrime(fixture: Primes, n: number): Promise<number> {
  const manifest = await fixture.store.manifest();
  for await (const slice of readSegments(fixture.store, { manifest, offset: n - 1, limit: 1 })) {
    if (slice.kind === 'wheel') return slice.primes[0] ?? 0;
    let left = slice.skip;
    for (const [byte, bits] of slice.bitmap.entries()) {
      for (let bit = 0; bit < 8; bit++) {
        if (((bits >> bit) & 1) === 1 && left-- === 0) return numberOfBit(slice.firstByte + byte, bit);
      }
    }
  }
  throw new Error(`The store has no prime ${n}`);
}

describe('a task', () => {
  it.each([1, 2, 3])('of n = %d needs no segment', async (n) => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ n }));
    expect(job.returnvalue.result).toMatchObject({ segments_computed: 0, segments_cached: 0 });
    expect(await fixture.stored()).toBe(0);
    expect(await worker.metric('prime_numbers_computed_total', { source: 'cached' })).toBe(n);
  });

  it.each([4, 100, 100_000, 1_000_000, 10_000_000])('of n = %d stores the n-th prime', async (n) => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ n }));
    expect(await storedPrime(fixture, n)).toBe(NTH_PRIME.get(n) ?? 7);
    const segments = await fixture.stored();
    expect(job.returnvalue.result).toMatchObject({ segments_computed: segments, segments_cached: 0 });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(segments);
    expect(await worker.metric('prime_cache_misses_total')).toBe(segments);
    expect(await fixture.heldLeases()).toEqual([]);
  });

  it('computes only missing segments', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    await fixture.ended(await fixture.add({ n: 1_000_000 }));
    const before = await fixture.stored();
    const again = await fixture.ended(await fixture.add({ n: 1_000_000 }));
    expect(again.returnvalue.result).toMatchObject({ segments_computed: 0 });
    const larger = await fixture.ended(await fixture.add({ n: 2_000_000 }));
    const after = await fixture.stored();
    expect(after).toBeGreaterThan(before);
    expect(larger.returnvalue.result).toMatchObject({
      segments_cached: before,
      segments_computed: after - before,
    });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(after);
  });

  it('computes segments whose lease has expired', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    await fixture.leases.claim([0], { owner: 'a lost worker', ttlMs: 200 });
    const job = await fixture.ended(await fixture.add({ n: 1_000 }));
    expect(job.returnvalue.result).toMatchObject({ segments_computed: 1 });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(1);
  });
});

describe('two workers with equal concurrent tasks', () => {
  it('sieve each segment once', async () => {
    await using fixture = await openPrimes();
    const release = await fixture.hold(0);
    await using first = await startWorker(fixture, { WORKER_CONCURRENCY: '1' });
    await using second = await startWorker(fixture, { WORKER_CONCURRENCY: '1' });
    const tasks = await Promise.all([fixture.add({ n: 3_000_000 }), fixture.add({ n: 3_000_000 })]);
    await eventually(async () => {
      expect(await fixture.queue.getActiveCount()).toBe(2);
    });
    await release();
    const [a, b] = await Promise.all(tasks.map((task) => fixture.ended(task)));
    const segments = await fixture.stored();
    expect(
      (a?.returnvalue.result.segments_computed ?? 0) + (b?.returnvalue.result.segments_computed ?? 0),
    ).toBe(segments);
    expect((a?.returnvalue.result.segments_cached ?? 0) + (b?.returnvalue.result.segments_cached ?? 0)).toBe(
      segments,
    );
    const sieved = await Promise.all(
      [first, second].map((worker) => worker.metric('prime_segments_sieved_total')),
    );
    expect(sieved.reduce((sum, count) => sum + count)).toBe(segments);
  });
});

describe('a fresh task', () => {
  it('recomputes all segments, writes the same bytes, takes no leases, and counts no hits or misses', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    await fixture.ended(await fixture.add({ n: 1_000_000 }));
    const segmentKeys = Array.from({ length: await fixture.stored() }, (_, segment) =>
      fixture.keys.segment(segment),
    );
    const bytes = await fixture.redis.mgetBuffer(segmentKeys);
    const counters = await fixture.counters();
    const sieved = await worker.metric('prime_segments_sieved_total');
    const misses = await worker.metric('prime_cache_misses_total');

    // A corrupt segment shows that it writes; a foreign lease, that it takes none.
    await fixture.redis.set(fixture.keys.segment(1), 'damage');
    await fixture.redis.set(fixture.keys.lease(2), 'another worker');
    const job = await fixture.ended(await fixture.add({ n: 1_000_000, fresh: true }));

    const { segments_computed: computed, segments_cached: cached } = job.returnvalue.result;
    expect(cached).toBe(0);
    expect(computed).toBeGreaterThanOrEqual(4);
    expect(await fixture.redis.mgetBuffer(segmentKeys)).toEqual(bytes);
    expect(await fixture.heldLeases()).toEqual([fixture.keys.lease(2)]);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(sieved + computed);
    expect(await worker.metric('prime_cache_misses_total')).toBe(misses);
    expect(await worker.metric('prime_cache_hits_total')).toBe(0);
    expect(await fixture.counters()).toEqual({ ...counters, completed: '2' });
  });
});

describe('a repair', () => {
  it('reads the manifest again, fills the store, and is not counted as a task', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    await fixture.ended(await fixture.add({ n: 1_000_000 }));
    const counters = await fixture.counters();
    await fixture.store.drop(1);
    // In the manifest that the worker has cached, nothing is missing.
    expect((await fixture.ended(await fixture.add({ n: 1_000 }))).returnvalue.result.segments_computed).toBe(
      0,
    );
    const repair = await fixture.ended(
      await fixture.queue.add(REPAIR_JOB, dataOf({ n: 1_000_000, fresh: false })),
    );
    expect(repair.returnvalue.result).toMatchObject({ segments_computed: 1 });
    expect((await fixture.store.manifest()).has(1)).toBe(true);
    expect(await fixture.counters()).toEqual({ ...counters, completed: '2', cache_hits: '1', repairs: '1' });
    expect(await worker.metric('prime_task_submissions_total', { status: 'completed' })).toBe(2);
  });
});

describe('a store that has lost all data with its Redis', () => {
  it('is filled again by the next task', async () => {
    await using fixture = await openPrimes();
    await using storeRedis = await startRedis();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: storeRedis.url });
    const first = await fixture.ended(await fixture.add({ n: 1_000 }));
    expect(first.returnvalue.result.segments_computed).toBe(1);
    await storeRedis.stop('SIGKILL');
    await storeRedis.start();
    const second = await fixture.ended(await fixture.add({ n: 1_000 }));
    expect(second.returnvalue.result.segments_computed).toBe(1);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(2);
  });
});

describe('a small task next to a huge one', () => {
  it('is done after a few segments of the huge one', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { SIEVE_THREADS: '1' });
    const huge = await fixture.add({ n: 50_000_000 });
    await eventually(async () => {
      expect(await worker.metric('prime_segments_sieved_total')).toBeGreaterThanOrEqual(20);
    });
    const before = await worker.metric('prime_segments_sieved_total');
    // Fresh, so that it needs the sieve thread.
    const small = await fixture.add({ n: 1_000, fresh: true });
    const done = await eventually(
      () => {
        const line = worker.linesOf(small).find(({ msg }) => msg === 'task completed');
        if (!line) throw new Error('The small task is not done');
        return worker.metric('prime_segments_sieved_total');
      },
      { intervalMs: 1 },
    );
    // One of them is its own; some are sieved during its Redis commands.
    expect(done - before).toBeLessThan(120);
    expect((await fixture.job(huge.id ?? '')).finishedOn).toBeUndefined();
    expect((await fixture.ended(huge)).returnvalue.result.segments_computed).toBe(await fixture.stored());
  });
});
