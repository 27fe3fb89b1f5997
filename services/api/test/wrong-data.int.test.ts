import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { brief, fault, requests } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' })));

const { tasks, webhooks } = api;
const TASK_KEYS = 'wait active delayed prioritized completed failed meta events marker'.split(' ');
const WEBHOOK_KEYS = ['meta', 'events', 'waiting-children', 'failed'];

/** Another user of the same Redis writes a value of another type, or a counter that is no number. */
const WRITES: [name: string, key: string, write: (key: string) => Promise<unknown>][] = [
  ...TASK_KEYS.map((name): (typeof WRITES)[number] => [name, tasks.toKey(name), text]),
  ...WEBHOOK_KEYS.map((name): (typeof WRITES)[number] => [`webhooks: ${name}`, webhooks.toKey(name), text]),
  ['id', tasks.toKey('id'), (key) => api.redis.rpush(key, 'x')],
  ['id, with another value', tasks.toKey('id'), text],
];

function text(key: string) {
  return api.redis.set(key, 'x');
}

describe('a key with wrong data', () => {
  it.each(WRITES)('results in 503, never in 500: %s', async (_, key, write) => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const kept = (await api.redis.exists(key)) === 1;
    if (kept) await api.redis.rename(key, `${key}:kept`);
    await write(key);
    const responses = [];
    try {
      for (const sent of requests(id)) responses.push(await fault(api, brief(sent)));
      await api.http('get', '/livez').expect(200);
    } finally {
      await api.redis.unlink(key);
      if (kept) await api.redis.rename(`${key}:kept`, key);
    }

    expect(responses.flatMap(({ fault = [] }) => fault)).toEqual([]);
    expect(responses.filter(({ served }) => !served)).not.toEqual([]);
    await api.http('post', '/queue/resume').expect(200);
    await api.submit({ text: 'a' });
    expect(api.process.logs.filter(({ msg }) => msg === 'request failed')).toEqual([]);
  });

  it('is named in the log, once a minute', async () => {
    await using other = await startApi();
    const key = other.tasks.toKey('wait');
    await other.redis.set(key, 'x');
    for (let i = 0; i < 3; i++) await other.http('post', '/tasks').send({ text: 'a' }).expect(503);
    await eventually(() => {
      const lines = other.process.logs.filter(({ msg }) => msg === 'redis key has wrong data');
      expect(lines.filter(({ connection }) => connection === 'api-request')).toMatchObject([
        { reason: expect.stringMatching(/^WRONGTYPE/), types: { [key]: 'string' } },
      ]);
    });
  });
});
