import { eventually, startService, testRedisUrl, uniquePrefix } from '@primes/testing';
import { echo, METRICS_API } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';

describe('the gateway of a job without a sample', () => {
  it('returns the fields of all jobs, and takes no other samples', async () => {
    const prefix = uniquePrefix();
    const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, REDIS_COMMAND_TIMEOUT_MS: '10000' };
    await using gateway = await startService('metrics-gateway', env, { job: 'echo' });
    const queue = new Queue(echo.name, { connection: { url: testRedisUrl() }, prefix });
    await using closing = new AsyncDisposableStack();
    closing.defer(() => queue.close());
    await queue.add('compute', {});
    await eventually(async () => {
      const summary = METRICS_API.summary.parse(
        await (await fetch(`${gateway.url}/api/metrics/summary`)).json(),
      );
      expect(summary).toMatchObject({ queued_tasks: 1, demand: 1, demand_and_in_flight: 1 });
    });
    await eventually(async () => {
      const all = await fetch(`${gateway.url}/api/metrics/all`);
      expect(METRICS_API.all.parse(await all.json()).task_stats).toMatchObject({ pending: 1, total: 1 });
    });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const sampled = metrics.matchAll(/^echo_sample_age_seconds\{sample="(\w+)"/gm);
    expect([...sampled].map(([, name]) => name).sort()).toEqual([
      'history',
      'queue',
      'redis',
      'registries',
      'webhooks',
    ]);
  });
});
