import { describe, expect, it } from '@jest/globals';
import { WEBHOOK_JOB, WEBHOOK_QUEUE } from '@primes/contracts';
import { eventually, uniquePrefix } from '@primes/testing';
import { Job, Queue } from 'bullmq';
import { DeadLetters, DeadWebhooksSchema, type DeadWebhook } from '../src/operate/dead-webhooks.ts';
import { startApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver, status } from './receiver.ts';
import { setUp } from './set-up.ts';

const { api, worker, receiver, other } = await setUp(async (keep) => {
  const started = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost', WEBHOOK_BACKOFF_MS: '1' }));
  return {
    api: started,
    worker: keep(await manualWorker(started)),
    receiver: keep(await startReceiver()),
    other: keep(await startReceiver()),
  };
});

async function dead(): Promise<DeadWebhook[]> {
  const found: DeadWebhook[] = [];
  for (let query = ''; ;) {
    const { body } = await api.http('get', `/webhooks/dead?limit=2${query}`).expect(200);
    const page = DeadWebhooksSchema.parse(body);
    expect(page.webhooks.length).toBeLessThanOrEqual(2);
    found.push(...page.webhooks);
    if (page.next_cursor === null) {
      expect(page.total).toBe(found.length);
      return found;
    }
    query = `&cursor=${page.next_cursor}`;
  }
}

/** A task whose webhook the receiver rejects once, for good; returns the id of the task. */
async function deadWebhook(path: string, to = receiver): Promise<string> {
  to.respond(path, status(410));
  const { request_id: id } = await api.submit({ text: 'a', callback_url: to.url(path) });
  await (await worker.take()).complete();
  await eventually(async () => {
    expect((await dead()).map((webhook) => webhook.task_id)).toContain(id);
  });
  return id;
}

const redeliver = (body: object) => api.http('post', '/webhooks/dead/redeliver').send(body);

describe('dead webhooks', () => {
  it('are listed with their receiver, without its secrets', async () => {
    expect(await dead()).toEqual([]);
    const path = '/secret-path?token=secret-query';
    receiver.respond(path, ...Array.from({ length: 8 }, () => status(503)));
    const { request_id: id } = await api.submit({ text: 'a', callback_url: receiver.url(path) });
    await (await worker.take()).complete();
    const [webhook] = await eventually(async () => {
      const all = await dead();
      expect(all).toHaveLength(1);
      return all;
    });
    expect(webhook).toMatchObject({
      webhook_id: id,
      task_id: id,
      receiver: new URL(receiver.url('/')).origin,
      attempts: 8,
      last_error: 'Expected status 2xx from the receiver, received 503',
    });
    expect(JSON.stringify(webhook)).not.toContain('secret');
  });

  it('are redelivered under the same id', async () => {
    const [webhook] = await dead();
    const path = `/webhooks/dead/${webhook?.webhook_id ?? ''}/redeliver`;
    expect((await api.http('post', path).expect(202)).body).toEqual({ redelivered: 1 });
    const deliveries = await receiver.arrived('/secret-path?token=secret-query', 9);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([webhook?.webhook_id]),
    );
    await eventually(async () => {
      expect(await dead()).toEqual([]);
      expect(await api.webhooks.getJobCounts('completed', 'failed')).toEqual({ completed: 1, failed: 0 });
    });
    // It is delivered now.
    await api.http('post', path).expect(404);
    await api.http('post', '/webhooks/dead/unknown/redeliver').expect(404);
  });

  it('are redelivered to one receiver, or all', async () => {
    for (let i = 0; i < 5; i++) await deadWebhook(`/mine-${i}`);
    const theirs = await deadWebhook('/theirs', other);
    const origin = new URL(receiver.url('/')).origin;
    expect((await redeliver({ receiver: 'http://nobody.example' }).expect(202)).body).toEqual({
      redelivered: 0,
    });
    receiver.respond('/mine-0', status(410));
    expect((await redeliver({ receiver: origin }).expect(202)).body).toEqual({ redelivered: 5 });
    for (let i = 0; i < 5; i++) await receiver.arrived(`/mine-${i}`, 2);
    await eventually(async () => {
      expect((await dead()).map((webhook) => webhook.receiver)).toEqual(
        expect.arrayContaining([origin, new URL(other.url('/')).origin]),
      );
    });
    expect(other.at('/theirs')).toHaveLength(1);
    expect((await redeliver({}).expect(202)).body).toEqual({ redelivered: 2 });
    await other.arrived('/theirs', 2);
    await eventually(async () => {
      expect(await dead()).toEqual([]);
    });
    expect(theirs).not.toBe('');
  });

  it('wait for a slot of their receiver from their redelivery on, not from the end of the task', async () => {
    const id = await deadWebhook('/old');
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    await api.redis.hset(api.webhooks.toKey(submission), 'timestamp', 1);
    await redeliver({}).expect(202);
    expect((await api.webhooks.getJob(submission))?.timestamp).toBeGreaterThan(Date.now() - 60_000);
    await receiver.arrived('/old', 2);
  });

  it('without a known receiver are shown and redelivered too', async () => {
    await api.webhooks.pause();
    const { request_id: id } = await api.submit({ text: 'a', callback_url: receiver.url('/evicted') });
    await (await worker.take()).complete();
    await api.tasks.remove(id);
    await api.webhooks.resume();
    await eventually(async () => {
      expect(await dead()).toMatchObject([
        { task_id: id, receiver: null, last_error: 'The task no longer exists', attempts: 1 },
      ]);
    });
    expect((await redeliver({}).expect(202)).body).toEqual({ redelivered: 1 });
  });
});

it('are all redelivered, although another call redelivers some of them first', async () => {
  const webhooks = new Queue(WEBHOOK_QUEUE, { connection: api.redis, prefix: uniquePrefix() });
  const pipeline = api.redis.pipeline();
  for (let i = 0; i < 150; i++) {
    const dead = {
      name: WEBHOOK_JOB,
      data: '{}',
      opts: '{}',
      timestamp: 1,
      finishedOn: 1,
      failedReason: 'no',
    };
    pipeline.hset(webhooks.toKey(`w${i}`), dead).zadd(webhooks.toKey('failed'), 1, `w${i}`);
  }
  await pipeline.exec();
  const getRanges: Queue['getRanges'] = async (...range) => {
    const ids = await webhooks.getRanges(...range);
    for (const id of ids.slice(0, 50)) await (await Job.fromId(webhooks, id))?.retry('failed');
    return ids;
  };
  const queues = { webhooks: Object.create(webhooks, { getRanges: { value: getRanges } }) as Queue };
  const replicated = { redis: api.redis, queues: { webhooks } };
  let changed = 0;
  await new DeadLetters({ queues, replicated } as never).redeliverAll(undefined, (redelivered) => {
    changed = redelivered;
  });
  expect(changed).toBe(50);
  expect(await webhooks.getJobCounts('waiting', 'failed')).toEqual({ waiting: 150, failed: 0 });
  await webhooks.close();
});

it.each([
  ['a receiver with a path', { receiver: 'http://localhost:9/path' }],
  ['a receiver that is no text', { receiver: 1 }],
  ['another field', { all: true }],
])('rejects %s with 422', async (_name, body) => {
  await redeliver(body).expect(422);
});

it('needs a JSON body to redeliver many', async () => {
  const path = '/webhooks/dead/redeliver';
  expect(await api.send({ method: 'POST', path })).toMatchObject({ status: 415 });
  const headers = { 'content-type': 'text/plain' };
  expect(await api.send({ method: 'POST', path, headers, body: '{}' })).toMatchObject({ status: 415 });
});

it.each(['?cursor=1', '?limit=0', '?limit=101', '?a=1'])('rejects %s with 422', async (query) => {
  await api.http('get', `/webhooks/dead${query}`).expect(422);
});

it('requires the role operate', async () => {
  await using keys = await keyFile({ alice: ['submit', 'read-all', 'metrics'], ops: ['operate'] });
  await using own = await startApiWithKeys(keys.file);
  for (const [method, path] of [
    ['GET', '/webhooks/dead'],
    ['POST', '/webhooks/dead/redeliver'],
    ['POST', '/webhooks/dead/a/redeliver'],
  ] as const) {
    const call = async (headers: object) =>
      (await own.send({ method, path, headers: { ...headers } })).status;
    expect(await call({})).toBe(401);
    expect(await call(keys.as.alice)).toBe(403);
    expect([200, 404, 415]).toContain(await call(keys.as.ops));
  }
});
