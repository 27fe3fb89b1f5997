import { ProblemSchema, TaskSummarySchema, countersKey } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import { setUp } from './set-up.ts';

const { api, worker } = await setUp(async (keep) => {
  const started = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost', RETENTION_SECONDS: '60' }));
  return { api: started, worker: keep(await handWorker(started)) };
});

/** Nobody listens there; what matters here is that the task has a webhook at all. */
const CALLBACK = { callback_url: 'http://localhost:9/hook' };
const KINDS = [
  ['without a webhook', {}],
  ['with a webhook', CALLBACK],
] as const;
const STATES = ['pending', 'processing', 'done', 'failed', 'cancelled'] as const;

function post(key: string, body: object | string) {
  return api.http('post', '/tasks').type('json').set('Idempotency-Key', key).send(body);
}

/** Brings the one task that waits into the state. */
async function bring(id: string, state: (typeof STATES)[number]): Promise<void> {
  if (state === 'cancelled') await api.http('delete', `/tasks/${id}`).expect(202);
  if (state !== 'pending' && state !== 'cancelled') {
    const task = await worker.take();
    expect(task.id).toBe(id);
    if (state === 'done') await task.complete();
    if (state === 'failed') await task.fail('crashed');
  }
  expect(await api.view(id)).toMatchObject({ status: state });
}

/** So that the next test finds no task waiting. */
async function tidy(id: string): Promise<void> {
  const job = await api.tasks.getJob(id);
  if (job?.finishedOn !== undefined) return;
  if (!(await job?.isActive())) await (await worker.take()).complete();
}

describe.each(KINDS)('an Idempotency-Key, %s', (_kind, extra) => {
  it.each(STATES)('of a task that is %s gives it to an equal body, and 409 to another', async (state) => {
    const key = randomUUID();
    const body = { n: 100, ...extra };
    const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
    expect(id).toMatch(/^.{14}8/);
    await bring(id, state);
    const before = await everything();

    // Defaults that are spelled out, in another order, make no other body.
    for (const equal of [
      JSON.stringify(body),
      JSON.stringify({ priority: 0, fresh: false, timeout_seconds: 600, ...body }),
      JSON.stringify({ ...body, priority: 7 }).replace('7', '-0'),
    ]) {
      const replay = await post(key, equal).expect(200).expect('Location', `/tasks/${id}`);
      expect(replay.body).toMatchObject({ request_id: id, status: state });
    }
    for (const other of [{ n: 101 }, { priority: 1 }, { fresh: true }, { timeout_seconds: 601 }]) {
      const conflict = await post(key, { ...body, ...other }).expect(409);
      expect(ProblemSchema.parse(conflict.body)).toMatchObject({
        type: 'urn:primes:problem:idempotency_conflict',
        task_id: id,
      });
    }
    const hook = 'callback_url' in extra ? { n: 100 } : { n: 100, ...CALLBACK };
    await post(key, hook).expect(409);
    // The same job, the same webhook, and neither any more or less.
    expect(await everything()).toEqual(before);
    await tidy(id);
  });

  it.each([2, 10])('%d equal requests at once make one task', async (many) => {
    for (let round = 0; round < 5; round++) {
      const key = randomUUID();
      const started = await counted();
      const before = await everything();
      const answers = await Promise.all(Array.from({ length: many }, () => post(key, { n: 50, ...extra })));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(many - 1).fill(200), 202]);
      const ids = new Set(answers.map(({ body }) => TaskSummarySchema.parse(body).request_id));
      expect(ids.size).toBe(1);
      const { tasks, webhooks } = await everything();
      expect(tasks.length).toBe(before.tasks.length + 1);
      expect(webhooks.length).toBe(before.webhooks.length + ('callback_url' in extra ? 1 : 0));
      await eventually(async () => {
        expect(await counted()).toBe(started + 1);
      });
      await tidy([...ids].join());
    }
  });

  it('of different bodies at once gives one task and refuses the rest', async () => {
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => post(key, { n, ...extra })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const accepted = answers.find(({ status }) => status === 202);
    await tidy(TaskSummarySchema.parse(accepted?.body).request_id);
  });

  it('of a task older than its retention makes a new one, and only one', async () => {
    const key = randomUUID();
    const body = { n: 100, ...extra };
    const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
    await bring(id, 'done');
    await age(id);
    await api.http('get', `/tasks/${id}`).expect(404);
    await api.http('get', `/tasks/${id}/events`).expect(404);
    await api.http('delete', `/tasks/${id}`).expect(404);
    // Readers leave it where it is: what one takes away could be a new task that has just been put there.
    expect(await api.redis.exists(`${api.prefix}:primes:${id}`)).toBe(1);
    // Another body, too: nobody can know any more what the old one was.
    const other = { ...body, n: 7 };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(key, other)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
    expect(await api.view(id)).toMatchObject({ status: 'pending', n: 7 });
    await tidy(id);
  });
});

describe('an Idempotency-Key', () => {
  it('works with its webhook evicted', async () => {
    const key = randomUUID();
    const body = { n: 3, ...CALLBACK };
    const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
    await bring(id, 'done');
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    await eventually(async () => {
      expect(await evict(submission)).toBe(1);
    });
    await post(key, body).expect(200);
    await post(key, { ...body, n: 4 }).expect(409);
    expect(await api.webhooks.getJob(submission)).toBeUndefined();
  });

  it('makes the same id in every process, and another for another key', async () => {
    await using other = await startApi({ QUEUE_PREFIX: api.prefix, WEBHOOK_ALLOWED_HOSTS: 'localhost' });
    const key = randomUUID();
    const first = await post(key, { n: 1 }).expect(202);
    const again = await other.http('post', '/tasks').set('Idempotency-Key', key).send({ n: 1 }).expect(200);
    expect(again.body).toMatchObject({ request_id: (first.body as { request_id: string }).request_id });
    await other.http('post', '/tasks').set('Idempotency-Key', `${key}2`).send({ n: 1 }).expect(202);
    for (let i = 0; i < 2; i++) await (await worker.take()).complete();
  });
});

/** The task ended longer ago than RETENTION_SECONDS. */
async function age(id: string): Promise<void> {
  await api.redis.hset(`${api.prefix}:primes:${id}`, 'finishedOn', Date.now() - 61_000);
}

/** As BullMQ does it when it has kept a job for long enough: without a look at its children. */
async function evict(id: string): Promise<number> {
  return api.webhooks.remove(id, { removeChildren: false });
}

async function everything() {
  const [tasks, webhooks] = await Promise.all([keysOf('primes'), keysOf('webhooks')]);
  return { tasks, webhooks };
}

/** The jobs of a queue; what only holds the lock or the children of one is left out. */
async function keysOf(queue: string): Promise<string[]> {
  const keys = await api.redis.keys(`${api.prefix}:${queue}:????????-????-????-????-????????????`);
  return keys.sort();
}

async function counted(): Promise<number> {
  return Number(await api.redis.hget(countersKey(api.prefix), 'started'));
}
