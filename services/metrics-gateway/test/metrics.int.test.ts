import { WEBHOOK_QUEUE } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { FlowProducer, Queue } from 'bullmq';
import { startGateway } from './gateway.ts';

describe("the gateway's /metrics", () => {
  it('counts webhooks by state, those that wait for their task among them', async () => {
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
      `prime_webhook_jobs{state="${state}",service="metrics-gateway"} ${count}`;
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

  it('shows the most workers where it is told', async () => {
    await using told = await startGateway({ WORKER_MAX_REPLICAS: '7' });
    expect(await told.registry.metrics()).toMatch(/^prime_workers_max\{.*\} 7$/m);
    await using untold = await startGateway();
    expect(await untold.registry.metrics()).not.toMatch(/^prime_workers_max/m);
  });

  it('has the counters of the scaler before its first answer', async () => {
    await using gateway = await startGateway();
    const text = await gateway.registry.metrics();
    expect(text).toMatch(/^prime_scaler_requests_total\{rpc="GetMetrics",result="unavailable",.*\} 0$/m);
  });
});
