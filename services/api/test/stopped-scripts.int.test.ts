import { randomUUID } from 'node:crypto';
import { eventually } from '@primes/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, worker } = await setUp(async (keep) => {
  const api = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost', WEBHOOK_BACKOFF_MS: '5' }));
  return { api, worker: keep(await manualWorker(api)) };
});

const TASK = { text: 'a' };
const WITH_WEBHOOK = { ...TASK, callback_url: 'http://localhost:9/' };

afterEach(async () => {
  await api.tasks.obliterate({ force: true });
  await api.webhooks.obliterate({ force: true });
});

/** Runs `call` while a key that its script writes late holds text. Redis stops the script there, and rolls nothing back. */
async function stopped<T>(name: string, call: () => Promise<T>): Promise<T> {
  const key = api.tasks.toKey(name);
  const kept = (await api.redis.exists(key)) === 1;
  if (kept) await api.redis.rename(key, `${key}:kept`);
  await api.redis.set(key, 'x');
  try {
    return await call();
  } finally {
    await api.redis.unlink(key);
    if (kept) await api.redis.rename(`${key}:kept`, key);
  }
}

const counts = async () => ({
  tasks: await api.tasks.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active'),
  webhooks: await api.webhooks.getJobCountByTypes('waiting-children', 'waiting', 'delayed', 'active'),
});

/** The records of tasks. */
async function records(): Promise<string[]> {
  const keys = await api.redis.keys(`${api.tasks.toKey('')}*-*-*-*`);
  return keys.filter((key) => /[0-9a-f]{12}$/.test(key));
}

describe('a script that Redis stops halfway', () => {
  it.each([
    ['a task in no list', 'events', TASK],
    ['a task without the marker that wakes a worker', 'marker', TASK],
    ['a task with a priority', 'pc', { ...TASK, priority: 1 }],
    ['a task with a webhook', 'events', WITH_WEBHOOK],
    ['a batch', 'pc', [WITH_WEBHOOK, TASK, { ...TASK, priority: 1 }]],
  ])('adds nothing, and the retry adds all: %s', async (_, key, body) => {
    const path = Array.isArray(body) ? '/tasks/batch' : '/tasks';
    const sent = { ...post(body, { 'idempotency-key': randomUUID() }), path };
    expect(await stopped(key, () => api.send(sent))).toMatchObject({ status: 503 });
    expect(await counts()).toEqual({ tasks: 0, webhooks: 0 });
    expect(await records()).toEqual([]);

    const { status, body: answer } = await api.send(sent);
    expect(status).toBe(202);
    expect(await counts()).toEqual({
      tasks: [body].flat().length,
      webhooks: JSON.stringify(body).includes('callback_url') ? 1 : 0,
    });
    expect(await api.send(sent)).toMatchObject({ status: 200, body: answer });
  });

  it('keeps a failed task that was to be retried', async () => {
    const { request_id: id } = await api.submit(TASK);
    await (await worker.take()).fail('timeout');
    const before = await api.view(id);
    const retry = { method: 'POST', path: `/tasks/${id}/retry` };
    expect(await stopped('marker', () => api.send(retry))).toMatchObject({ status: 503 });
    expect(await api.view(id)).toEqual(before);
    expect(await api.tasks.getFailedCount()).toBe(1);
    expect((await api.send(retry)).status).toBe(202);
    expect((await worker.take()).id).toBe(id);
  });

  it('leaves no task after a 503', async () => {
    const refused = await stopped('wait', () => api.send(post(TASK)));
    const { task_id: id } = JSON.parse(refused.body) as { task_id: string };
    expect(refused.status).toBe(503);
    await api.http('get', `/tasks/${id}`).expect(404);
  });
});

describe('a task in no list, because a script that was moving it has stopped', () => {
  it.each([
    ['without a webhook', TASK, 0],
    ['with a webhook', WITH_WEBHOOK, 1],
  ])('is unknown, and is added again for its Idempotency-Key: %s', async (_, body, webhooks) => {
    const sent = post(body, { 'idempotency-key': randomUUID() });
    const { request_id: id } = JSON.parse((await api.send(sent)).body) as { request_id: string };
    await api.redis.lrem(api.tasks.toKey('wait'), 1, id);
    for (const method of ['get', 'delete'] as const) await api.http(method, `/tasks/${id}`).expect(404);

    expect(await api.send(sent)).toMatchObject({ status: 202, body: expect.stringContaining(id) });
    expect(await counts()).toEqual({ tasks: 1, webhooks });
    const task = await worker.take();
    expect(task.id).toBe(id);
    expect((await api.send(sent)).status).toBe(200);
    await task.complete();
    expect((await api.send(sent)).status).toBe(200);
    await eventually(async () => {
      expect(await api.webhooks.getWaitingChildrenCount()).toBe(0);
    });
  });
});
