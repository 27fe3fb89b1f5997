import { describe, expect, it, jest } from '@jest/globals';
import type { JobData } from '@primes/contracts';
import { REGISTRY_TTL_SECONDS, registryIndexKey, registryKey } from '@primes/service-kit';
import { eventually, startService } from '@primes/testing';
import { openPlace } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

describe('after done, cached, fresh, failed and cancelled tasks', () => {
  it('the counters that outlive the process agree with its metrics', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    for (const spec of [{ n: 1_000_000 }, { n: 1_000_000 }, { n: 500_000 }, { n: 3 }]) {
      await place.ended(await place.add(spec));
    }
    await place.ended(await place.add({ n: 1_000, fresh: true }));
    await place.ended(await place.queue.add('compute', { version: 1 } as unknown as JobData));
    const release = await place.hold(50);
    const cancelled = await place.add({ n: 30_000_000 });
    await eventually(() => {
      expect(worker.linesOf(cancelled)).toHaveLength(1);
    });
    await place.cancel(cancelled);
    await place.ended(cancelled);
    await release();

    const byStatus = (status: string) => worker.metric('prime_task_submissions_total', { status });
    expect([await byStatus('completed'), await byStatus('failed'), await byStatus('cancelled')]).toEqual([
      5, 1, 1,
    ]);
    const hits = await worker.metric('prime_cache_hits_total');
    const misses = await worker.metric('prime_cache_misses_total');
    expect(hits).toBeGreaterThanOrEqual(5);
    expect(misses).toBeGreaterThanOrEqual(4);
    expect(await place.counters()).toEqual({
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

describe('the log', () => {
  it('has one line for each transition, which names the task, its request and its trace', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const job = await place.ended(await place.add({ n: 1_000 }));
    const lines = worker.linesOf(job);
    const names = {
      task_id: job.id,
      request_id: job.data.requestId,
      trace_id: job.data.traceparent.split('-')[1],
      n: 1_000,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...names, msg: 'task started', attempt: 1 }),
      expect.objectContaining({ ...names, msg: 'task done', segmentsComputed: 1, segmentsCached: 0 }),
    ]);
    expect(names.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the process', () => {
  const textOf = async (url: string) => {
    const response = await fetch(url);
    return { status: response.status, body: await response.text() };
  };

  it('answers probes and scrapers, and ends in order', async () => {
    await using place = await openPlace();
    await using worker = await startService('worker', {
      REDIS_URL: place.url,
      QUEUE_PREFIX: place.prefix,
      STORE_PREFIX: place.prefix,
      SIEVE_THREADS: '1',
    });
    await place.ended(await place.add({ n: 1_000 }));
    expect((await textOf(`${worker.url}/livez`)).status).toBe(200);
    const ready = await textOf(`${worker.url}/readyz`);
    expect(ready).toEqual({
      status: 200,
      body: JSON.stringify({ status: 'ready', checks: { redis: 'ok' } }),
    });
    const unknown = await textOf(`${worker.url}/tasks`);
    expect([unknown.status, (JSON.parse(unknown.body) as { type: string }).type]).toEqual([
      404,
      'urn:primes:problem:not_found',
    ]);
    const { body: metrics } = await textOf(`${worker.url}/metrics`);
    for (const series of [
      /^prime_task_submissions_total\{status="completed",service="worker"\} 1$/m,
      /^prime_task_duration_seconds_bucket\{le="600",service="worker"\} 1$/m,
      /^prime_numbers_computed_total\{source="computed",service="worker"\} \d{6}$/m,
      /^prime_numbers_computed_total\{source="cached",service="worker"\} 0$/m,
      /^prime_cache_hits_total\{service="worker"\} 0$/m,
      /^prime_cache_misses_total\{service="worker"\} 1$/m,
      /^prime_active_computations\{service="worker"\} 0$/m,
      /^redis_operations_total\{operation="hgetall",status="success",service="worker"\} [1-9]/m,
      /^prime_segments_sieved_total\{service="worker"\} 1$/m,
      /^process_cpu_seconds_total\{service="worker"\}/m,
    ]) {
      expect(metrics).toMatch(series);
    }

    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    // By their times: the last lines of a process can be written before one that was on its way already.
    const lines = worker.logs.toSorted(
      (a, b) => Date.parse(String(a['time'])) - Date.parse(String(b['time'])),
    );
    expect(lines.map(({ msg }) => msg)).toEqual([
      'taking tasks',
      'task started',
      'task done',
      'stopping',
      'stopped',
    ]);
    // What it has counted is seen for a while after its end.
    const [instance = ''] = await place.redis.zrange(registryIndexKey(place.prefix), '0', '-1');
    expect(instance).toContain(String(worker.pid));
    const published = JSON.parse((await place.redis.get(registryKey(place.prefix, instance))) ?? '[]') as {
      name: string;
      values: { value: number }[];
    }[];
    expect(published.find(({ name }) => name === 'prime_segments_sieved_total')?.values[0]?.value).toBe(1);
    expect(await place.redis.ttl(registryKey(place.prefix, instance))).toBeLessThanOrEqual(
      REGISTRY_TTL_SECONDS,
    );
  });
});
