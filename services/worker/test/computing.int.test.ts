import { describe, expect, it, jest } from '@jest/globals';
import { REPAIR_JOB } from '@primes/contracts';
import { readSegments } from '@primes/prime-store';
import { numberOfBit } from '@primes/sieve';
import { NTH_PRIME, eventually, startRedis } from '@primes/testing';
import { openPlace, taskData, type Place } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

/** The n-th prime as a reader of the store finds it. */
async function storedPrime(place: Place, n: number): Promise<number> {
  const manifest = await place.store.manifest();
  for await (const slice of readSegments(place.store, { manifest, offset: n - 1, limit: 1 })) {
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
  it.each([1, 2, 3])('of n = %d needs nothing of the store', async (n) => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const job = await place.ended(await place.add({ n }));
    expect(job.returnvalue).toMatchObject({ segmentsComputed: 0, segmentsCached: 0 });
    expect(await place.stored()).toBe(0);
    expect(await worker.metric('prime_numbers_computed_total', { source: 'cached' })).toBe(n);
  });

  it.each([4, 100, 100_000, 1_000_000, 10_000_000])(
    'of n = %d leaves the n-th prime in the store',
    async (n) => {
      await using place = await openPlace();
      await using worker = await startWorker(place);
      const job = await place.ended(await place.add({ n }));
      expect(await storedPrime(place, n)).toBe(NTH_PRIME.get(n) ?? 7);
      const segments = await place.stored();
      expect(job.returnvalue).toMatchObject({ segmentsComputed: segments, segmentsCached: 0 });
      expect(await worker.metric('prime_segments_sieved_total')).toBe(segments);
      expect(await worker.metric('prime_cache_misses_total')).toBe(segments);
      expect(await place.heldLeases()).toEqual([]);
    },
  );

  it('computes only what the store has not', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.ended(await place.add({ n: 1_000_000 }));
    const before = await place.stored();
    const again = await place.ended(await place.add({ n: 1_000_000 }));
    expect(again.returnvalue).toMatchObject({ segmentsComputed: 0 });
    const larger = await place.ended(await place.add({ n: 2_000_000 }));
    const after = await place.stored();
    expect(after).toBeGreaterThan(before);
    expect(larger.returnvalue).toMatchObject({ segmentsCached: before, segmentsComputed: after - before });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(after);
  });

  it('takes over what another leased and never finished', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.leases.claim([0], { owner: 'a worker that is gone', ttlMs: 200 });
    const job = await place.ended(await place.add({ n: 1_000 }));
    expect(job.returnvalue).toMatchObject({ segmentsComputed: 1 });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(1);
  });
});

describe('two workers with equal tasks at once', () => {
  it('sieve each segment once, together', async () => {
    await using place = await openPlace();
    const release = await place.hold(0);
    await using first = await startWorker(place, { WORKER_CONCURRENCY: '1' });
    await using second = await startWorker(place, { WORKER_CONCURRENCY: '1' });
    const tasks = await Promise.all([place.add({ n: 3_000_000 }), place.add({ n: 3_000_000 })]);
    await eventually(async () => {
      expect(await place.queue.getActiveCount()).toBe(2);
    });
    await release();
    const [a, b] = await Promise.all(tasks.map((task) => place.ended(task)));
    const segments = await place.stored();
    expect((a?.returnvalue.segmentsComputed ?? 0) + (b?.returnvalue.segmentsComputed ?? 0)).toBe(segments);
    expect((a?.returnvalue.segmentsCached ?? 0) + (b?.returnvalue.segmentsCached ?? 0)).toBe(segments);
    const sieved = await Promise.all(
      [first, second].map((worker) => worker.metric('prime_segments_sieved_total')),
    );
    expect(sieved.reduce((sum, count) => sum + count)).toBe(segments);
  });
});

describe('a fresh task', () => {
  it('computes everything again, writes the same bytes, takes no lease and counts no hit or miss', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.ended(await place.add({ n: 1_000_000 }));
    const segmentKeys = Array.from({ length: await place.stored() }, (_, segment) =>
      place.keys.segment(segment),
    );
    const bytes = await place.redis.mgetBuffer(segmentKeys);
    const counters = await place.counters();
    const sieved = await worker.metric('prime_segments_sieved_total');
    const misses = await worker.metric('prime_cache_misses_total');

    // Damage shows that it writes; a lease of another, that it asks nobody.
    await place.redis.set(place.keys.segment(1), 'damage');
    await place.redis.set(place.keys.lease(2), 'another worker');
    const job = await place.ended(await place.add({ n: 1_000_000, fresh: true }));

    const { segmentsComputed, segmentsCached } = job.returnvalue;
    expect(segmentsCached).toBe(0);
    expect(segmentsComputed).toBeGreaterThanOrEqual(4);
    expect(await place.redis.mgetBuffer(segmentKeys)).toEqual(bytes);
    expect(await place.heldLeases()).toEqual([place.keys.lease(2)]);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(sieved + segmentsComputed);
    expect(await worker.metric('prime_cache_misses_total')).toBe(misses);
    expect(await worker.metric('prime_cache_hits_total')).toBe(0);
    expect(await place.counters()).toEqual({ ...counters, completed: '2' });
  });
});

describe('a repair', () => {
  it('looks at the store again, fills it, and is no task of anyone', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.ended(await place.add({ n: 1_000_000 }));
    const counters = await place.counters();
    await place.store.drop(1);
    // The manifest that the worker remembers says that nothing is missing.
    expect((await place.ended(await place.add({ n: 1_000 }))).returnvalue.segmentsComputed).toBe(0);
    const repair = await place.ended(await place.queue.add(REPAIR_JOB, taskData({ n: 1_000_000 })));
    expect(repair.returnvalue).toMatchObject({ segmentsComputed: 1 });
    expect((await place.store.manifest()).has(1)).toBe(true);
    expect(await place.counters()).toEqual({ ...counters, completed: '2', cache_hits: '1' });
    expect(await worker.metric('prime_task_submissions_total', { status: 'completed' })).toBe(2);
  });
});

describe('a store that has lost everything with its Redis', () => {
  it('is filled again by the next task', async () => {
    await using place = await openPlace();
    await using storeRedis = await startRedis();
    await using worker = await startWorker(place, { STORE_REDIS_URL: storeRedis.url });
    const first = await place.ended(await place.add({ n: 1_000 }));
    expect(first.returnvalue.segmentsComputed).toBe(1);
    await storeRedis.stop('SIGKILL');
    await storeRedis.start();
    const second = await place.ended(await place.add({ n: 1_000 }));
    expect(second.returnvalue.segmentsComputed).toBe(1);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(2);
  });
});

describe('a small task beside a huge one', () => {
  it('is done after a few of its segments', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place, { SIEVE_THREADS: '1' });
    const huge = await place.add({ n: 50_000_000 });
    await eventually(async () => {
      expect(await worker.metric('prime_segments_sieved_total')).toBeGreaterThanOrEqual(20);
    });
    const before = await worker.metric('prime_segments_sieved_total');
    // Fresh: it has to have its turn at the thread.
    const small = await place.add({ n: 1_000, fresh: true });
    const done = await eventually(
      () => {
        const line = worker.linesOf(small).find(({ msg }) => msg === 'task done');
        if (!line) throw new Error('It is not done');
        return worker.metric('prime_segments_sieved_total');
      },
      { intervalMs: 1 },
    );
    // One of them is its own; some are sieved while Redis is asked.
    expect(done - before).toBeLessThan(60);
    expect((await place.job(huge.id ?? '')).finishedOn).toBeUndefined();
    expect((await place.ended(huge)).returnvalue.segmentsComputed).toBe(await place.stored());
  });
});
