import { WEBHOOK_QUEUE } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { FlowProducer, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startGateway } from './gateway.ts';

describe("the gateway's /metrics", () => {
  it('counts webhooks by state, including those that wait for their task', async () => {
    await using gateway = await startGateway();
    const { redis, prefix, registry, tasks } = gateway;
    const webhooks = new Queue(WEBHOOK_QUEUE, { connection: redis, prefix });
    const flow = new FlowProducer({ connection: redis, prefix });
    await webhooks.add('webhook', {});
    await webhooks.add('webhook', {}, { delay: 3_600_000 });
    await flow.add({
      name: 'webhook',
      queueName: WEBHOOK_QUEUE,
      children: [{ name: 'compute', queueName: tasks.name }],
    });

    const jobs = (state: string, count: number) =>
      `echo_webhook_jobs{state="${state}",service="metrics-gateway"} ${count}`;
    await eventually(
      async () => {
        const text = await registry.metrics();
        for (const state of ['waiting', 'delayed', 'waiting-children'])
          expect(text).toContain(jobs(state, 1));
        expect(text).toContain(jobs('failed', 0));
      },
      { timeoutMs: 10_000 },
    );
    await Promise.all([webhooks.close(), flow.close()]);
  });

  it('exports the settings of the autoscaler if they are configured', async () => {
    const scaling = { WORKER_MAX_REPLICAS: '7', SCALING_TARGET: '3', SCALING_TRIGGER: 'redis' };
    await using scaled = await startGateway(scaling);
    const text = await scaled.registry.metrics();
    expect(text).toMatch(/^echo_workers_max\{.*\} 7$/m);
    expect(text).toMatch(/^echo_scaling_target_tasks\{trigger="redis",.*\} 3$/m);
    await using untold = await startGateway();
    expect(await untold.registry.metrics()).not.toMatch(/^echo_(workers_max|scaling_target_tasks)/m);
  });

  it('exports the memory that Redis uses, and its limit if there is one', async () => {
    await using redis = await startRedis();
    await using gateway = await startGateway({ REDIS_URL: redis.url });
    const text = () => gateway.registry.metrics();
    await eventually(async () => {
      expect(await text()).toMatch(/^echo_redis_memory_used_bytes\{.*\} [1-9]\d{5,}$/m);
    });
    expect(await text()).not.toMatch(/^echo_redis_memory_max_bytes/m);
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory', '12345678');
    admin.disconnect();
    await eventually(async () => {
      expect(await text()).toMatch(/^echo_redis_memory_max_bytes\{.*\} 12345678$/m);
    });
  });

  it('exports the counters of the scaler before its first call', async () => {
    await using gateway = await startGateway();
    const text = await gateway.registry.metrics();
    expect(text).toMatch(/^echo_scaler_requests_total\{rpc="GetMetrics",result="unavailable",.*\} 0$/m);
  });
});
