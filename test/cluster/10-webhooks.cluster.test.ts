import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { scale } from './kubectl.ts';
import { RECEIVER, RECEIVER_URL, SENDS_WEBHOOKS, applyReceiver, deliveries } from './receiver.ts';
import { openSystem } from './system.ts';
import { noWorkers } from './workers.ts';

async function deliveriesOf({ request_id: id }: { request_id: string }) {
  return (await deliveries()).filter(({ task }) => task.request_id === id);
}

beforeAll(async () => {
  await install(QUICK, SENDS_WEBHOOKS);
  await applyReceiver(0);
});

describe('a webhook', () => {
  it('reaches a pod that can verify its signature', async () => {
    await scale(RECEIVER, 1);
    await using system = await openSystem();
    const task = await system.submit({ n: 1_000, callback_url: RECEIVER_URL });
    expect((await system.ended(task)).status).toBe('done');
    await eventually(
      async () => {
        expect(await deliveriesOf(task)).toMatchObject([{ verified: true, task: { status: 'done' } }]);
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  });

  it('arrives after the last worker has stopped', async () => {
    await using system = await openSystem();
    await scale(RECEIVER, 0);
    const task = await system.submit({ n: 1_000, callback_url: RECEIVER_URL });
    expect((await system.ended(task)).status).toBe('done');
    await noWorkers();
    await scale(RECEIVER, 1);
    const back = Date.now();
    await eventually(
      async () => {
        expect(await deliveriesOf(task)).toMatchObject([{ verified: true, task: { status: 'done' } }]);
      },
      { timeoutMs: 90_000, intervalMs: 200 },
    );
    await noWorkers(1_000);
    figure('webhook delivered without a worker after the receiver recovered', seconds(Date.now() - back));
  });
});
