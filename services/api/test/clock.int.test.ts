import { expect, it } from '@jest/globals';
import { redisTime } from '@primes/service-kit';
import { eventually } from '@primes/testing';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver, status } from './receiver.ts';

const HOUR_MS = 3_600_000;
const BACKOFF_MS = 600_000;

/** Variables for a process whose clock is wrong. */
function clockWrongBy(ms: number) {
  const script = `const{now}=Date;Date.now=()=>now()+${ms}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

it.each([-HOUR_MS, HOUR_MS])('a webhook is retried in time if the clock is wrong by %i ms', async (ms) => {
  await using receiver = await startReceiver();
  receiver.respond('/', status(500));
  const env = { WEBHOOK_ALLOWED_HOSTS: 'localhost', WEBHOOK_BACKOFF_MS: String(BACKOFF_MS) };
  await using api = await startApi({ ...env, ...clockWrongBy(ms) });
  await using worker = await manualWorker(api);
  await api.submit({ text: 'a', callback_url: receiver.url('/') });
  await (await worker.take()).complete();
  const key = api.webhooks.toKey('delayed');
  const [, score] = await eventually(async () => {
    const delayed = await api.redis.zrange(key, 0, '-1', 'WITHSCORES');
    expect(delayed).toHaveLength(2);
    return delayed;
  });
  // BullMQ's scores are milliseconds times 4,096.
  const due = Number(score) / 4_096 - (await redisTime(api.redis));
  expect(due).toBeGreaterThan(0);
  expect(due).toBeLessThanOrEqual(BACKOFF_MS);
});

it.each([-HOUR_MS, HOUR_MS])('a task expires in time if the clock is wrong by %i ms', async (ms) => {
  await using api = await startApi(clockWrongBy(ms));
  const { request_id: id } = await api.submit({ text: 'a', queue_timeout_seconds: 60 });
  const { timestamp = 0 } = (await api.tasks.getJob(id)) ?? {};
  expect(Math.abs(timestamp - (await redisTime(api.redis)))).toBeLessThan(HOUR_MS / 2);
});

it.each([-HOUR_MS, HOUR_MS])(
  'an ended task is kept for its time if the clock is wrong by %i ms',
  async (ms) => {
    await using api = await startApi({ RETENTION_SECONDS: '1800', ...clockWrongBy(ms) });
    await using worker = await manualWorker(api);
    const { request_id: done } = await api.submit({ text: 'a' });
    await (await worker.take()).complete();
    const { request_id: cancelled } = await api.submit({ text: 'b' });
    expect((await api.send({ method: 'DELETE', path: `/tasks/${cancelled}` })).status).toBe(202);
    for (const id of [done, cancelled]) {
      const { finishedOn = 0 } = (await api.tasks.getJob(id)) ?? {};
      expect(Math.abs(finishedOn - (await redisTime(api.redis)))).toBeLessThan(HOUR_MS / 2);
    }
    expect(await api.view(done)).toMatchObject({ status: 'done' });
    expect(await api.view(cancelled)).toMatchObject({ status: 'cancelled' });
  },
);
