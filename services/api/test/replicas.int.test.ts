import { randomUUID } from 'node:crypto';
import { eventually, startRedis } from '@primes/testing';
import { describe, afterEach, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const waits = { REDIS_WAIT_REPLICAS: '1', REDIS_COMMAND_TIMEOUT_MS: '2000' };

const { primary, replica, api } = await setUp(async (keep) => {
  const primary = keep(await startRedis({ args: ['--repl-diskless-sync-delay', '0'] }));
  const replica = keep(await startRedis({ args: ['--replicaof', `127.0.0.1 ${primary.port}`] }));
  const api = keep(await startApi({ REDIS_URL: primary.url, WEBHOOK_ALLOWED_HOSTS: 'localhost', ...waits }));
  return { primary, replica, api };
});

const post = (body: object, headers: Record<string, string> = {}) =>
  api
    .http('post', '/tasks')
    .set(headers)
    .send({ text: 'a', ...body });

/** Until the replica responds again; what it has not received, it receives then. */
function freeze(): void {
  replica.signal('SIGSTOP');
}

afterEach(() => {
  replica.signal('SIGCONT');
});

describe('with REDIS_WAIT_REPLICAS', () => {
  it('a submission is acknowledged again once the replica responds', async () => {
    await eventually(() => post({}).expect(202));
    freeze();
    await post({}).expect(503);
    replica.signal('SIGCONT');
    await eventually(() => post({}).expect(202));
  });

  it.each([
    ['plain', {}, {}],
    ['with a priority', { priority: 2 }, {}],
    ['with a webhook', { callback_url: 'http://localhost:1/' }, {}],
    ['with an Idempotency-Key', {}, { 'Idempotency-Key': randomUUID() }],
  ])('returns 503 with task_id while no replica has it, and it can be read: %s', async (_, body, headers) => {
    freeze();
    const response = await post(body, headers).expect(503).expect('Retry-After', '1');
    const { task_id: id } = response.body as { task_id: string };
    expect(await api.view(id)).toMatchObject({ status: 'pending' });
  });

  it('returns 503 to all of many submissions at once', async () => {
    freeze();
    await Promise.all(Array.from({ length: 40 }, () => post({}).expect(503)));
    replica.signal('SIGCONT');
    await eventually(() => post({}).expect(202));
  });

  it('a repeated submission is acknowledged only once the replica has the task', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    freeze();
    await post({}, key).expect(503);
    await post({}, key).expect(503);
    replica.signal('SIGCONT');
    await eventually(() => post({}, key).expect(200));
  });

  it('a cancellation returns 503 until the replica has it, and can be repeated', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    freeze();
    await api.http('delete', `/tasks/${id}`).expect(503);
    replica.signal('SIGCONT');
    const response = await eventually(() => api.http('delete', `/tasks/${id}`).expect(202));
    expect(response.body).toMatchObject({ status: 'cancelled' });
  });

  it('a submission is not acknowledged if its connection closes before the replica has it', async () => {
    freeze();
    const refused = post({}).expect(503);
    const isRefused = refused.then(() => true);
    await eventually(async () => {
      const clients = (await api.redis.client('LIST')) as string;
      const waiting = clients.split('\n').find((line) => / flags=b /.test(line));
      const id = /^id=(\d+)/.exec(waiting ?? '')?.[1];
      if (id === undefined) throw new Error('No connection waits for the replica');
      await api.redis.client('KILL', 'ID', id);
    });
    expect(await isRefused).toBe(true);
    replica.signal('SIGCONT');
    await eventually(() => post({}).expect(202));
  });
});

describe('at startup, REDIS_WAIT_REPLICAS', () => {
  it('above the number of replicas is logged, and submissions return 503', async () => {
    await using lonely = await startApi({ REDIS_URL: primary.url, ...waits, REDIS_WAIT_REPLICAS: '2' });
    const reason = 'NOREPLICAS expected 2 replicas, received 1';
    const line = lonely.process.logs.find(({ msg }) => msg === 'redis replicas missing');
    expect(line).toMatchObject({ reason });
    await lonely.http('post', '/tasks').send({ text: 'a' }).expect(503);
  });

  it('needs the permission to run WAIT', async () => {
    await api.redis.acl('SETUSER', 'no-wait', 'on', '>pass', '~*', '&*', '+@all', '-wait');
    const url = primary.url.replace('//', '//no-wait:pass@');
    const started = startApi({ REDIS_URL: url, ...waits });
    await expect(started).rejects.toThrow(/NOPERM .*wait/);
  });
});
