import { randomUUID } from 'node:crypto';
import { COMPUTE_JOB, WEBHOOK_JOB } from '@primes/contracts';
import { describe, expect, it } from '@jest/globals';
import { TaskListSchema } from '@primes/testing/echo';
import { DeadWebhooksSchema } from '../src/operate/dead-webhooks.ts';
import { startApi } from './api.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi()));

describe('a task whose record is damaged', () => {
  it.each<[what: string, damage: (key: string) => Promise<unknown>]>([
    ['its data are no JSON', (key) => api.redis.hset(key, 'data', 'not json')],
    ['its options are no JSON', (key) => api.redis.hset(key, 'opts', 'x')],
    ['its data have another shape', (key) => api.redis.hset(key, 'data', '{}')],
    ['it has no time', (key) => api.redis.hdel(key, 'timestamp')],
    ['its time is out of range', (key) => api.redis.hset(key, 'timestamp', 1e17)],
    ['its end is out of range', (key) => api.redis.hset(key, 'finishedOn', 1e17)],
    ['its start is out of range', (key) => api.redis.hset(key, 'processedOn', -1e17)],
    ['it has another type', (key) => api.redis.multi().del(key).set(key, 'x').exec()],
  ])('is unknown and hides no other task: %s', async (_, damage) => {
    const { request_id: id } = await api.submit({ text: 'damaged' });
    const { request_id: other } = await api.submit({ text: 'other' });
    await damage(api.tasks.toKey(id));
    for (const method of ['GET', 'DELETE']) {
      expect(await api.send({ method, path: `/tasks/${id}` })).toMatchObject({ status: 404 });
    }
    for (const query of ['', 'status=pending']) {
      const { status, body } = await api.send({ path: `/tasks?limit=1&${query}` });
      expect(status).toBe(200);
      expect(TaskListSchema.parse(JSON.parse(body)).tasks).toMatchObject([{ request_id: other }]);
    }
    const action = { action: 'cancel', filter: { status: 'pending', text: 'other' } };
    const { status, body } = await api.send({ ...post(action), path: '/tasks/actions' });
    expect([status, JSON.parse(body)]).toMatchObject([200, { changed: 1 }]);
  });
});

describe('a failed task whose record is damaged', () => {
  it.each<[what: string, damage: (key: string) => Promise<unknown>]>([
    ['it has another type', (key) => api.redis.multi().del(key).set(key, 'x').exec()],
    ['its end is out of range', (key) => api.redis.hset(key, 'finishedOn', 1e17)],
    ['it is missing', (key) => api.redis.del(key)],
  ])('hides no other failure: %s', async (_, damage) => {
    await api.redis.del(api.tasks.toKey('failed'));
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) {
      const failed = { name: COMPUTE_JOB, failedReason: 'timeout: no', finishedOn: Date.now() };
      await api.redis.hset(api.tasks.toKey(id), failed);
      await api.redis.zadd(api.tasks.toKey('failed'), Date.now(), id);
    }
    await damage(api.tasks.toKey(ids[0] ?? ''));
    const { body } = await api.http('get', '/tasks/failures').expect(200);
    expect(body).toMatchObject({ failures: [{ count: 1, example: ids[1] }] });
  });
});

it('pages the dead webhooks behind one whose record is damaged', async () => {
  for (const [time, id] of ['oldest', 'damaged', 'newest'].entries()) {
    const dead = {
      name: WEBHOOK_JOB,
      data: '{}',
      opts: '{}',
      timestamp: 1,
      finishedOn: time,
      failedReason: 'no',
    };
    await api.redis.hset(api.webhooks.toKey(id), dead);
    await api.redis.zadd(api.webhooks.toKey('failed'), time, id);
  }
  await api.redis.hset(api.webhooks.toKey('damaged'), 'data', 'no JSON');
  const found: string[] = [];
  for (let query: string | null = '?limit=1'; query !== null;) {
    const { body } = await api.http('get', `/webhooks/dead${query}`).expect(200);
    const page = DeadWebhooksSchema.parse(body);
    found.push(...page.webhooks.map((webhook) => webhook.webhook_id));
    query = page.next_cursor && `?limit=1&cursor=${page.next_cursor}`;
  }
  expect(found).toEqual(['newest', 'oldest']);
});
