import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { startWorker } from '../../services/worker/test/worker.ts';
import { openPrimes } from './worker.ts';

describe('a worker that stops', () => {
  it('hands its task over, and another worker continues it', async () => {
    await using fixture = await openPrimes();
    const env = { SIEVE_THREADS: '1', LEASE_MS: '600000' };
    const first = await startWorker(fixture, env);
    const last = 140;
    const release = await fixture.hold(last);
    const added = await fixture.add({ n: 30_000_000 });
    await eventually(async () => {
      expect(await fixture.stored()).toBeGreaterThanOrEqual(10);
    });
    await first.stop();
    const between = await fixture.job(added.id ?? '');
    expect([await between.getState(), between.attemptsMade]).toEqual(['waiting', 0]);
    expect(await fixture.heldLeases()).toEqual([fixture.keys.lease(last)]);
    const { startedAt, counts } = JobProgressSchema.parse(between.progress);
    const { segmentsComputed = 0 } = counts;
    expect(segmentsComputed).toBe(await fixture.stored());
    expect(segmentsComputed).toBe(await first.metric('prime_segments_sieved_total'));
    expect(segmentsComputed).toBeLessThan(last);
    expect(await first.metric('prime_tasks_handed_over_total')).toBe(1);
    expect(await first.metric('prime_active_computations')).toBe(0);
    expect(first.linesOf(added).map(({ msg }) => msg)).toEqual(['task started', 'task handed over']);
    await first[Symbol.asyncDispose]();

    await release();
    await using second = await startWorker(fixture, env);
    const job = await fixture.ended(added);
    const stored = await fixture.stored();
    expect([await job.getState(), job.attemptsMade, job.attemptsStarted]).toEqual(['completed', 1, 2]);
    expect(job.returnvalue).toEqual({ startedAt, result: { segments_computed: stored, segments_cached: 0 } });
    expect(await second.metric('prime_segments_sieved_total')).toBe(stored - segmentsComputed);
    expect(await fixture.counters()).toMatchObject({ completed: '1', cache_misses: String(stored) });
  });
});

describe('outages of Redis during a task', () => {
  it('use no attempt: the task is done at its first attempt', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using fixture = await openPrimes({ url: redis.url });
    await using worker = await startWorker(fixture, { SIEVE_THREADS: '1' });
    const release = await fixture.hold(140);
    const added = await fixture.add({ n: 30_000_000 });
    for (const stored of [10, 30, 50, 70, 90]) {
      await eventually(
        async () => {
          expect(await fixture.stored()).toBeGreaterThanOrEqual(stored);
        },
        // At once, while the worker stores segments.
        { timeoutMs: 20_000, intervalMs: 1 },
      );
      await redis.stop('SIGKILL');
      await redis.start();
    }
    await release();
    const job = await fixture.ended(added, 40_000);
    expect(worker.linesOf(added).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect((await fixture.store.manifest()).covers(30_000_000)).toBe(true);
    expect(await fixture.counters()).toMatchObject({ completed: '1' });
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });
});
