import { once } from 'node:events';
import { ProblemSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import type { Sent } from './http-client.ts';
import { CALLBACK, post, requests } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { redis, api } = await setUp(async (keep) => {
  const own = keep(await startRedis({ appendonly: true }));
  const env = { REDIS_COMMAND_TIMEOUT_MS: '1000', MAX_QUEUED: '50', WEBHOOK_ALLOWED_HOSTS: 'localhost' };
  return { redis: own, api: keep(await startApi({ REDIS_URL: own.url, ...env })) };
});

async function expectUnavailable(sent: Sent): Promise<void> {
  const { status, headers, body } = await api.send(sent);
  expect({ ...sent, status }).toEqual({ ...sent, status: 503 });
  expect(headers['retry-after']).toBe('1');
  if (sent.method === 'HEAD') return;
  const problem = ProblemSchema.parse(JSON.parse(body));
  expect(problem.type).toBe('urn:primes:problem:redis_unavailable');
  // The submission may have been accepted, so the response names its id.
  if (sent.method === 'POST' && sent.path === '/tasks') {
    expect(problem.task_id).toMatch(/^[0-9a-f-]{36}$/);
    const advice = sent.headers?.['idempotency-key'] ? 'same Idempotency-Key' : 'send an Idempotency-Key';
    expect(problem.detail).toContain(advice);
  } else expect(problem).not.toHaveProperty('task_id');
}

describe('while Redis is unavailable', () => {
  it('requests that need it return 503, others are served, and all recover', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const stream = await api.open({ path: `/tasks/${id}/events` });
    let events = '';
    stream.message.setEncoding('utf8').on('data', (text: string) => (events += text));
    const ended = once(stream.message, 'end');
    // The headers are sent before the task is read.
    await eventually(() => {
      expect(events).toMatch(/"status":"pending"/);
    });
    const polled = api.send({ path: `/tasks/${id}?wait=60` });
    await redis.stop();
    await eventually(async () => {
      const { body } = await api.http('get', '/readyz').expect(200);
      expect(body).toEqual({ status: 'ready', checks: { companions: 'ok', redis: 'failing' } });
    });
    for (const sent of requests(id)) await expectUnavailable(sent);
    // An EventSource does not reconnect after a 503.
    const source = { path: `/tasks/${id}/events`, headers: { accept: 'text/event-stream' } };
    expect(await api.send(source)).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringMatching(/^text\/event-stream/) },
      body: expect.stringMatching(/^retry: \d+\n\n$/),
    });
    // Waiting clients also receive 503, at the latest at the next periodic read.
    expect((await polled).status).toBe(503);
    // An open stream stays open and sends heartbeats.
    await eventually(
      () => {
        expect(events).toMatch(/"status":"pending"[^]*\n: heartbeat\n/);
      },
      { timeoutMs: 30_000 },
    );
    for (const path of ['/', '/health', '/livez', '/metrics', '/openapi.json', '/docs']) {
      await api.http('get', path).expect(200);
    }
    // Requests without a command need no Redis.
    await api.http('post', '/tasks').send({ steps: 0 }).expect(422);
    await api.http('get', '/tasks/1').expect(404);

    await redis.start();
    await eventually(async () => {
      const { body } = await api.http('get', '/readyz').expect(200);
      expect(body).toMatchObject({ checks: { redis: 'ok' } });
    });
    expect(await api.view(id)).toMatchObject({ status: 'pending', text: 'a' });
    for (const extra of [{}, CALLBACK]) await api.submit({ text: 'a', ...extra });
    await api.http('get', '/tasks').expect(200);
    // The event stream is read again, too: a waiting client receives the end.
    const waiting = api.view(id, 'wait=60');
    await api.start('worker');
    expect(await waiting).toMatchObject({ status: 'done', text: 'a' });
    await ended;
    expect(events).toMatch(/\nid: done-100\n.*\n.*"status":"done"/);
    const about = api.process.logs.filter(
      ({ msg }) => msg === 'redis connection lost' || msg === 'redis connection restored',
    );
    // One line per connection and outage, not one per attempt.
    expect(about.length).toBeLessThanOrEqual(16);
  }, 120_000);

  it('a Redis that accepts connections but does not respond counts as unavailable', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    redis.signal('SIGSTOP');
    try {
      await Promise.all(requests(id).map(expectUnavailable));
    } finally {
      redis.signal('SIGCONT');
    }
    await eventually(() => api.view(id));
  });

  it('a submission with an unknown outcome is found under the id in its response', async () => {
    const key = { 'idempotency-key': 'frozen' };
    await api.tasks.pause();
    // Redis executes the commands, but responds too late.
    const unknown: string[] = [];
    for (const sent of [post({ text: 'b' }), post({ text: 'b', ...CALLBACK }), post({ text: 'b' }, key)]) {
      await api.redis.client('PAUSE', 60_000, 'WRITE');
      const { status, body } = await api.send(sent);
      expect(status).toBe(503);
      unknown.push(String(ProblemSchema.parse(JSON.parse(body)).task_id));
      await api.redis.client('UNPAUSE');
    }
    for (const id of unknown.slice(0, 2)) {
      await eventually(async () => {
        expect(await api.view(id)).toMatchObject({ status: 'pending', text: 'b' });
      });
    }
    // With a key, a retry returns the task with this id, whether it existed or not.
    const again = await api.send(post({ text: 'b' }, key));
    expect([200, 202]).toContain(again.status);
    expect(again.body).toContain(`"request_id":"${unknown[2] ?? ''}"`);
    await api.tasks.resume();
  });
});

describe('when the queue is full', () => {
  it('new tasks return 503 until others have ended, and other requests are served', async () => {
    await api.tasks.pause();
    const key = { 'idempotency-key': 'the-first' };
    expect((await api.send(post({ text: 'a' }, key))).status).toBe(202);
    await eventually(async () => {
      expect((await api.send(post({ text: 'a' }))).status).toBe(503);
    });
    const refused = await api.send(post({ text: 'a', ...CALLBACK }, { 'idempotency-key': 'queue-full' }));
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(ProblemSchema.parse(JSON.parse(refused.body))).toMatchObject({
      type: 'urn:primes:problem:queue_full',
      detail: expect.stringContaining('50'),
    });
    // The rejected submission leaves no key that a retry would have to wait for.
    expect(await api.redis.keys(`${api.prefix}:submission:*`)).toEqual([]);
    expect((await api.send(post({ text: 'a' }, key))).status).toBe(200);
    await api.http('get', '/tasks').expect(200);
    expect(await api.tasks.getJobCountByTypes('waiting')).toBeLessThanOrEqual(50);

    await api.tasks.resume();
    await eventually(async () => {
      expect(
        (await api.send(post({ text: 'a', ...CALLBACK }, { 'idempotency-key': 'queue-full' }))).status,
      ).toBe(202);
    });
  });
});
