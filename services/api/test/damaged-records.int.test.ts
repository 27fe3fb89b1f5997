import { describe, expect, it } from '@jest/globals';
import { TaskListSchema } from '@primes/testing/echo';
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
