import { describe, expect, it } from '@jest/globals';
import type { JobData } from '@primes/contracts';
import { REGISTRY_TTL_SECONDS, registryIndexKey, registryKey } from '@primes/service-kit';
import { eventually, startService } from '@primes/testing';
import { pino } from 'pino';
import { openFixture } from './fixture.ts';
import { startWorker } from './worker.ts';

const { debug: DEBUG, info: INFO } = pino.levels.values;

describe('after done, failed and cancelled tasks', () => {
  it('the shared counters equal the metrics of the process', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    for (let i = 0; i < 5; i++) await fixture.ended(await fixture.add());
    await fixture.ended(await fixture.queue.add('compute', { version: 1 } as unknown as JobData));
    const cancelled = await fixture.add({ held: true });
    await eventually(() => {
      expect(worker.linesOf(cancelled)).toHaveLength(1);
    });
    await fixture.cancel(cancelled);
    await fixture.ended(cancelled);

    const byStatus = (status: string) => worker.metric('echo_task_submissions_total', { status });
    expect([await byStatus('completed'), await byStatus('failed'), await byStatus('cancelled')]).toEqual([
      5, 1, 1,
    ]);
    expect(await fixture.counters()).toEqual({ completed: '5', failed: '1', cancelled: '1' });
    const duration = await worker.registry.getSingleMetricAsString('echo_task_duration_seconds');
    expect(duration).toMatch(/^echo_task_duration_seconds_count(\{.*\})? 5$/m);
    const wait = await worker.registry.getSingleMetricAsString('echo_task_wait_seconds');
    expect(wait).toMatch(/^echo_task_wait_seconds_count(\{.*\})? 6$/m);
  });
});

describe('the log', () => {
  it('contains one line for each run with its times, and the ids of task, request and trace', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ steps: 3 }));
    const lines = worker.linesOf(job);
    const names = {
      task_id: job.id,
      request_id: job.data.requestId,
      trace_id: job.data.traceparent.split('-')[1],
      steps: 3,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...names, level: DEBUG, msg: 'task started', attempt: 1 }),
      expect.objectContaining({
        ...names,
        level: INFO,
        msg: 'task completed',
        attempt: 1,
        wait_ms: job.returnvalue.startedAt - job.timestamp,
        duration_ms: expect.any(Number),
        result: { text: '', steps: 3 },
      }),
    ]);
    expect(names.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the process', () => {
  const textOf = async (url: string) => {
    const response = await fetch(url);
    return { status: response.status, body: await response.text() };
  };

  it('serves probes and metrics, and stops with exit code 0', async () => {
    await using fixture = await openFixture();
    await using worker = await startService('worker', fixture.env, { job: 'echo' });
    await fixture.ended(await fixture.add({ steps: 3 }));
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
    // The task has ended in Redis before its worker counts that.
    await eventually(async () => {
      const { body: metrics } = await textOf(`${worker.url}/metrics`);
      for (const series of [
        /^echo_task_submissions_total\{status="completed",service="worker"\} 1$/m,
        /^echo_task_duration_seconds_bucket\{le="600",service="worker"\} 1$/m,
        /^echo_active_computations\{service="worker"\} 0$/m,
        /^redis_operations_total\{operation="evalsha",status="success",service="worker"\} [1-9]/m,
        /^process_cpu_seconds_total\{service="worker"\}/m,
      ]) {
        expect(metrics).toMatch(series);
      }
    });

    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    // Sorted by time, because lines can arrive out of order.
    const lines = worker.logs.toSorted(
      (a, b) => Date.parse(String(a['time'])) - Date.parse(String(b['time'])),
    );
    expect(lines.map(({ msg }) => msg)).toEqual(['ready for tasks', 'task completed', 'stopping', 'stopped']);
    // Its metrics stay published for a while after its end.
    const [instance = ''] = await fixture.redis.zrange(registryIndexKey(fixture.prefix), '0', '-1');
    expect(instance).toContain(String(worker.pid));
    const published = JSON.parse(
      (await fixture.redis.get(registryKey(fixture.prefix, instance))) ?? '[]',
    ) as {
      name: string;
      values: { value: number }[];
    }[];
    expect(published.find(({ name }) => name === 'echo_tasks_handed_over_total')?.values[0]?.value).toBe(0);
    expect(await fixture.redis.ttl(registryKey(fixture.prefix, instance))).toBeLessThanOrEqual(
      REGISTRY_TTL_SECONDS,
    );
  });
});
