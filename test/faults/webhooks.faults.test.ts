import { eventually } from '@primes/testing';
import { expect, it } from '@jest/globals';
import { startApi } from '../../services/api/test/api.ts';
import { manualWorker } from '../../services/api/test/manual-worker.ts';
import { startReceiver } from '../../services/api/test/receiver.ts';

it('a webhook whose api is killed during delivery is delivered by another, and no attempt is used', async () => {
  await using receiver = await startReceiver();
  await using api = await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' });
  await using worker = await manualWorker(api);
  receiver.respond('/killed', () => undefined);
  const { request_id: id } = await api.submit({ text: 'a', callback_url: receiver.url('/killed') });
  await (await worker.take()).complete();
  await receiver.arrived('/killed', 1);
  const other = await api.start('api');
  api.process.kill('SIGKILL');
  await api.process.exited;
  // The lock lasts 15 s, and BullMQ checks for jobs without one every 5 s.
  await eventually(
    async () => {
      expect(await (await api.webhooks.getJob(id))?.getState()).toBe('completed');
    },
    { timeoutMs: 90_000, intervalMs: 500 },
  );
  const [first, second] = receiver.at('/killed');
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(await api.webhooks.getJob(id)).toMatchObject({ attemptsMade: 1, attemptsStarted: 2 });
  expect(other.logs.filter(({ msg }) => msg === 'webhook delivery failed')).toEqual([]);
}, 120_000);
