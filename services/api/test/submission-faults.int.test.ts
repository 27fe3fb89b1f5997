import { randomUUID } from 'node:crypto';
import { eventually, startRedis, startTcpProxy } from '@primes/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const env = { WEBHOOK_ALLOWED_HOSTS: 'localhost', WEBHOOK_BACKOFF_MS: '5' };

// Its own Redis, because the tests flush its scripts and fill its memory.
const { redis, proxy, api, worker, receiver } = await setUp(async (keep) => {
  const redis = keep(await startRedis());
  const proxy = keep(await startTcpProxy(redis.port));
  const api = keep(await startApi({ ...env, REDIS_URL: redis.url }));
  return { redis, proxy, api, worker: keep(await manualWorker(api)), receiver: keep(await startReceiver()) };
});

/** A second api on the same keys, which connects through the proxy. */
function startBehindProxy(): Promise<TestApi> {
  const at = { REDIS_URL: proxy.url, REDIS_COMMAND_TIMEOUT_MS: '2000', QUEUE_PREFIX: api.prefix };
  return startApi({ ...env, ...at });
}

function post(to: TestApi, body: object, key?: string) {
  const request = to.http('post', '/tasks').send(body);
  return key === undefined ? request : request.set('Idempotency-Key', key);
}

const withWebhook = (n: number, more: object = {}) => ({
  text: `:${n}:`,
  callback_url: receiver.url(`/${n}`),
  ...more,
});

afterEach(async () => {
  proxy.set('pass');
  await api.redis.config('SET', 'maxmemory', '0');
  await api.tasks.obliterate({ force: true });
  await api.webhooks.obliterate({ force: true });
});

describe('a submission', () => {
  it('with a webhook succeeds after Redis has lost all scripts', async () => {
    await post(api, withWebhook(1)).expect(202);
    await api.redis.script('FLUSH');
    await post(api, withWebhook(2)).expect(202);
    await api.redis.script('FLUSH');
    await post(api, withWebhook(3, { priority: 3 })).expect(202);
    expect(await api.webhooks.getWaitingChildrenCount()).toBe(3);
    expect(await api.tasks.getJobCounts('waiting', 'prioritized')).toEqual({ waiting: 2, prioritized: 1 });
  });

  it('with an Idempotency-Key succeeds after Redis has lost all scripts', async () => {
    for (const more of [{}, { priority: 2 }])
      await post(api, { text: 'a', ...more }, randomUUID()).expect(202);
    await api.redis.script('FLUSH');
    for (const more of [{}, { priority: 2 }])
      await post(api, { text: 'a', ...more }, randomUUID()).expect(202);
    expect(await api.tasks.getJobCounts('waiting', 'prioritized')).toEqual({ waiting: 2, prioritized: 2 });
    expect(await api.webhooks.getWaitingChildrenCount()).toBe(0);
  });

  it('with a webhook is acknowledged only if the task exists, even if Redis has only some of the scripts', async () => {
    await using other = await startApi({ ...env, REDIS_URL: redis.url, QUEUE_PREFIX: api.prefix });
    await post(api, withWebhook(1)).expect(202);
    await api.redis.script('FLUSH');
    // Loads the scripts for prioritized tasks, one of which is the same.
    await post(other, withWebhook(2, { priority: 1 })).expect(202);
    const response = await post(api, withWebhook(3)).expect(202);
    const { request_id: id } = response.body as { request_id: string };
    expect(await api.view(id)).toMatchObject({ status: 'pending', text: ':3:' });
    expect(await api.webhooks.getWaitingChildrenCount()).toBe(3);
  });

  it('with a webhook is rejected as a whole while the memory of Redis is full', async () => {
    await api.redis.config('SET', 'maxmemory', '1');
    await post(api, withWebhook(1)).expect(503);
    await post(api, withWebhook(1), randomUUID()).expect(503);
    await api.redis.config('SET', 'maxmemory', '0');
    expect(await api.webhooks.getWaitingChildrenCount()).toBe(0);
    expect(await api.tasks.getJobCountByTypes('waiting')).toBe(0);
  });

  it.each([
    ['while the task waits', 101],
    ['when the task has ended', 102],
    ['when the task has failed and its webhook is evicted', 103],
  ])('that reaches Redis after its retry changes nothing: %s', async (when, n) => {
    await using behind = await startBehindProxy();
    const key = randomUUID();
    const held = proxy.holdFrom(`:${n}:`);
    const first = post(behind, withWebhook(n), key).expect(503);
    const [, refused] = await Promise.all([held, first]);
    const retry = await post(api, withWebhook(n), key).expect(202);
    const { request_id: id } = retry.body as { request_id: string };
    expect(refused.body).toMatchObject({ task_id: id });
    if (n > 101) {
      const task = await worker.take();
      await (n === 102 ? task.complete() : task.fail('crashed'));
      await receiver.arrived(`/${n}`, 1);
    }
    if (n === 103) {
      const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
      await eventually(async () => {
        expect(await api.webhooks.remove(submission, { removeChildren: false })).toBe(1);
      });
    }
    const before = await scriptCalls();
    proxy.set('pass');
    await eventually(async () => {
      expect(await scriptCalls()).toBeGreaterThan(before);
    });
    if (when === 'while the task waits') await (await worker.take()).complete();
    await receiver.arrived(`/${n}`, 1);
    await eventually(async () => {
      expect(await api.webhooks.getJobCounts('waiting', 'active', 'delayed', 'waiting-children')).toEqual({
        waiting: 0,
        active: 0,
        delayed: 0,
        'waiting-children': 0,
      });
    });
    expect(await api.tasks.getJobCountByTypes('waiting', 'active')).toBe(0);
    expect(receiver.at(`/${n}`)).toHaveLength(1);
  });
});

/** The number of scripts that Redis has run: one more once it has received the held bytes. */
async function scriptCalls(): Promise<number> {
  const stats = await api.redis.info('commandstats');
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}
