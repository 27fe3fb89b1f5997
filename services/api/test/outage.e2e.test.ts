import { ProblemSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import type { Sent } from './http-client.ts';
import { setUp } from './set-up.ts';

const { redis, api } = await setUp(async (keep) => {
  const own = keep(await startRedis({ appendonly: true }));
  const env = { REDIS_COMMAND_TIMEOUT_MS: '300', MAX_QUEUED: '50', WEBHOOK_ALLOWED_HOSTS: 'localhost' };
  return { redis: own, api: keep(await startApi({ REDIS_URL: own.url, ...env })) };
});

const CALLBACK = { callback_url: 'http://localhost:9/' };
const post = (body: object, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path: '/tasks',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Everything that needs Redis. */
function requests(id: string): Sent[] {
  return [
    post({ n: 5 }),
    post({ n: 5, ...CALLBACK }),
    post({ n: 5 }, { 'idempotency-key': 'a' }),
    post({ n: 5, ...CALLBACK }, { 'idempotency-key': 'b' }),
    { path: `/tasks/${id}` },
    { path: `/tasks/${id}?wait=60` },
    { method: 'HEAD', path: `/tasks/${id}` },
    { path: `/tasks/${id}/events` },
    { method: 'DELETE', path: `/tasks/${id}` },
    { path: '/tasks' },
    { path: '/tasks?status=done' },
  ];
}

async function expectAway(sent: Sent): Promise<void> {
  const { status, headers, body } = await api.send(sent);
  expect({ ...sent, status }).toEqual({ ...sent, status: 503 });
  expect(headers['retry-after']).toBe('1');
  if (sent.method === 'HEAD') return;
  const problem = ProblemSchema.parse(JSON.parse(body));
  expect(problem.type).toBe('urn:primes:problem:redis_unavailable');
  // A submission may have been accepted: the client is told where to look.
  if (sent.method === 'POST') expect(problem.task_id).toMatch(/^[0-9a-f-]{36}$/);
  else expect(problem).not.toHaveProperty('task_id');
}

describe('while Redis is away', () => {
  it('all that needs it is 503, the rest goes on, and it comes back by itself', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const stream = await api.open({ path: `/tasks/${id}/events` });
    const events = stream.text();
    const polled = api.send({ path: `/tasks/${id}?wait=60` });
    await redis.stop();
    await eventually(async () => {
      const { body } = await api.http('get', '/readyz').expect(200);
      expect(body).toEqual({ status: 'ready', checks: { companions: 'ok', redis: 'failing' } });
    });
    for (const sent of requests(id)) await expectAway(sent);
    // Those who waited are told as well, at the latest by the next slow read.
    expect((await polled).status).toBe(503);
    expect(await events).toContain('pending');
    for (const path of ['/', '/health', '/livez', '/metrics', '/openapi.json', '/docs']) {
      await api.http('get', path).expect(200);
    }
    // What costs no command needs no Redis.
    await api.http('post', '/tasks').send({ n: 0 }).expect(422);
    await api.http('get', '/tasks/1').expect(404);

    await redis.start();
    await eventually(async () => {
      const { body } = await api.http('get', '/readyz').expect(200);
      expect(body).toMatchObject({ checks: { redis: 'ok' } });
    });
    expect(await api.view(id)).toMatchObject({ status: 'pending', n: 1_000 });
    for (const extra of [{}, CALLBACK]) await api.submit({ n: 5, ...extra });
    await api.http('get', '/tasks').expect(200);
    // Its subscriptions are back, too: a waiting client hears of the end.
    const waiting = api.view(id, 'wait=60');
    await api.start('worker');
    expect(await waiting).toMatchObject({ status: 'done', n: 1_000 });
    const about = api.process.logs.filter(({ msg }) => msg === 'redis is away' || msg === 'redis is back');
    // One line for each connection and each turn, not one a try.
    expect(about.length).toBeLessThanOrEqual(16);
  }, 60_000);

  it('a Redis that takes commands and answers none is away as well', async () => {
    const { request_id: id } = await api.submit({ n: 5 });
    // Longer than REDIS_COMMAND_TIMEOUT_MS by far; nobody can end it before its time.
    await api.redis.client('PAUSE', 3_000, 'ALL');
    await Promise.all(requests(id).map(expectAway));
    await eventually(() => api.view(id));
  });

  it('a submission whose outcome is unknown is found under the id that it was told', async () => {
    const key = { 'idempotency-key': 'frozen' };
    await api.tasks.pause();
    // Redis takes the commands and answers too late: they are carried out all the same.
    const unknown: string[] = [];
    for (const sent of [post({ n: 77 }), post({ n: 77, ...CALLBACK }), post({ n: 77 }, key)]) {
      await api.redis.client('PAUSE', 60_000, 'WRITE');
      const { status, body } = await api.send(sent);
      expect(status).toBe(503);
      unknown.push(String(ProblemSchema.parse(JSON.parse(body)).task_id));
      await api.redis.client('UNPAUSE');
    }
    for (const id of unknown.slice(0, 2)) {
      await eventually(async () => {
        expect(await api.view(id)).toMatchObject({ status: 'pending', n: 77 });
      });
    }
    // With a key the client tries again, and gets the task of that id, whether it was there or not.
    const again = await api.send(post({ n: 77 }, key));
    expect([200, 202]).toContain(again.status);
    expect(again.body).toContain(`"request_id":"${unknown[2] ?? ''}"`);
    await api.tasks.resume();
  }, 30_000);
});

describe('when the queue is full', () => {
  it('new tasks are 503 until there is room, and nothing else is', async () => {
    await api.tasks.pause();
    const key = { 'idempotency-key': 'the-first' };
    expect((await api.send(post({ n: 1 }, key))).status).toBe(202);
    await eventually(async () => {
      expect((await api.send(post({ n: 1 }))).status).toBe(503);
    });
    const refused = await api.send(post({ n: 1, ...CALLBACK }, { 'idempotency-key': 'no-room' }));
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(ProblemSchema.parse(JSON.parse(refused.body))).toMatchObject({
      type: 'urn:primes:problem:queue_full',
      detail: expect.stringContaining('50'),
    });
    // No claim is left behind that the next try would have to wait for.
    expect(await api.redis.keys(`${api.prefix}:submission:*`)).toEqual([]);
    expect((await api.send(post({ n: 1 }, key))).status).toBe(200);
    await api.http('get', '/tasks').expect(200);
    expect(await api.tasks.getJobCountByTypes('waiting')).toBeLessThanOrEqual(50);

    await api.tasks.resume();
    await eventually(async () => {
      expect((await api.send(post({ n: 1, ...CALLBACK }, { 'idempotency-key': 'no-room' }))).status).toBe(
        202,
      );
    });
  });
});
