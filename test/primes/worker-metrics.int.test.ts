import { describe, expect, it } from '@jest/globals';
import type { JobData } from '@primes/contracts';
import { eventually, startService } from '@primes/testing';
import { startWorker } from '../../services/worker/test/worker.ts';
import { openPrimes } from './worker.ts';

describe('after done, cached, fresh, failed and cancelled tasks', () => {
  it('the shared counters equal the metrics of the process', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    for (const spec of [{ n: 1_000_000 }, { n: 1_000_000 }, { n: 500_000 }, { n: 3 }]) {
      await fixture.ended(await fixture.add(spec));
    }
    await fixture.ended(await fixture.add({ n: 1_000, fresh: true }));
    await fixture.ended(await fixture.queue.add('compute', { version: 1 } as unknown as JobData));
    const release = await fixture.hold(50);
    const cancelled = await fixture.add({ n: 30_000_000 });
    await eventually(() => {
      expect(worker.linesOf(cancelled)).toHaveLength(1);
    });
    await fixture.cancel(cancelled);
    await fixture.ended(cancelled);
    await release();

    const byStatus = (status: string) => worker.metric('prime_task_submissions_total', { status });
    expect([await byStatus('completed'), await byStatus('failed'), await byStatus('cancelled')]).toEqual([
      5, 1, 1,
    ]);
    const hits = await worker.metric('prime_cache_hits_total');
    const misses = await worker.metric('prime_cache_misses_total');
    expect(hits).toBeGreaterThanOrEqual(5);
    expect(misses).toBeGreaterThanOrEqual(4);
    expect(await fixture.counters()).toEqual({
      completed: '5',
      failed: '1',
      cancelled: '1',
      cache_hits: String(hits),
      cache_misses: String(misses),
    });
    const duration = await worker.registry.getSingleMetricAsString('prime_task_duration_seconds');
    expect(duration).toMatch(/^prime_task_duration_seconds_count(\{.*\})? 5$/m);
    const wait = await worker.registry.getSingleMetricAsString('prime_task_wait_seconds');
    expect(wait).toMatch(/^prime_task_wait_seconds_count(\{.*\})? 6$/m);
  });
});

describe('/metrics of a worker', () => {
  it('exports the metrics of the job with their names and labels', async () => {
    await using fixture = await openPrimes();
    await using worker = await startService('worker', { ...fixture.env, SIEVE_THREADS: '1' });
    await fixture.ended(await fixture.add({ n: 1_000 }));
    // The task has ended in Redis before its worker counts that.
    await eventually(async () => {
      const metrics = await (await fetch(`${worker.url}/metrics`)).text();
      for (const series of [
        /^prime_task_submissions_total\{status="completed",service="worker"\} 1$/m,
        /^prime_numbers_computed_total\{source="computed",service="worker"\} \d{6}$/m,
        /^prime_numbers_computed_total\{source="cached",service="worker"\} 0$/m,
        /^prime_cache_hits_total\{service="worker"\} 0$/m,
        /^prime_cache_misses_total\{service="worker"\} 1$/m,
        /^redis_operations_total\{operation="hgetall",status="success",service="worker"\} [1-9]/m,
        /^prime_segments_sieved_total\{service="worker"\} 1$/m,
      ]) {
        expect(metrics).toMatch(series);
      }
    });
  });
});
