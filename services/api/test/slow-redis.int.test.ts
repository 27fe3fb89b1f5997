import { describe, expect, it, jest } from '@jest/globals';
import { startRedis, startTcpProxy } from '@primes/testing';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

jest.setTimeout(180_000);

/** Half of Redis' response time, which exceeds `?wait=1` and the time that DELETE waits for a worker. */
const SLOW = { delayMs: 550 };

const { proxy, api, worker } = await setUp(async (keep) => {
  const redis = keep(await startRedis());
  const proxy = keep(await startTcpProxy(redis.port));
  const api = keep(await startApi({ REDIS_URL: proxy.url, REDIS_COMMAND_TIMEOUT_MS: '15000' }));
  return { proxy, api, worker: keep(await manualWorker(api)) };
});

/** Runs `work` while Redis takes more than a second to respond. */
async function slowly<T>(work: () => Promise<T>): Promise<T> {
  proxy.set('slow', SLOW);
  try {
    return await work();
  } finally {
    proxy.set('pass');
  }
}

describe('while Redis takes more than a second to respond', () => {
  it('a long-poll of one second finds the task', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const view = await slowly(() => api.view(id, 'wait=1&limit=0'));
    expect(view).toMatchObject({ request_id: id, status: 'pending' });
    await (await worker.take()).complete();
  });

  it('a DELETE of a running task cancels it', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const response = await slowly(() => api.http('delete', `/tasks/${id}`));
    expect([response.status, response.body]).toMatchObject([202, { request_id: id, status: 'processing' }]);
    await task.cancel();
    expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
  });

  it('a DELETE of a waiting task ends it', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const response = await slowly(() => api.http('delete', `/tasks/${id}`));
    expect([response.status, response.body]).toMatchObject([202, { request_id: id, status: 'cancelled' }]);
  });

  it('an event stream sends the task', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    await (await worker.take()).complete();
    const { text } = await slowly(() => api.http('get', `/tasks/${id}/events`).expect(200));
    expect(text).toContain('"status":"done"');
  });
});
