import { ProblemSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { echo, TaskSummarySchema } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

const { api, worker } = await setUp(async (keep) => {
  const started = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost', RETENTION_SECONDS: '60' }));
  return { api: started, worker: keep(await manualWorker(started)) };
});

/** Nothing listens there; it matters only that the task has a webhook. */
const CALLBACK = { callback_url: 'http://localhost:9/hook' };
const KINDS = [
  ['without a webhook', {}],
  ['with a webhook', CALLBACK],
] as const;
const STATES = ['pending', 'processing', 'done', 'failed', 'cancelled'] as const;

function post(key: string, body: object | string) {
  return api.http('post', '/tasks').type('json').set('Idempotency-Key', key).send(body);
}

/** Brings the only waiting task into the state. */
async function bringInto(id: string, state: (typeof STATES)[number]): Promise<void> {
  if (state === 'cancelled') await api.http('delete', `/tasks/${id}`).expect(202);
  if (state !== 'pending' && state !== 'cancelled') {
    const task = await worker.take();
    expect(task.id).toBe(id);
    if (state === 'done') await task.complete();
    if (state === 'failed') await task.fail('crashed');
  }
  expect(await api.view(id)).toMatchObject({ status: state });
}

/** Ends the task, so that none waits in the next test. */
async function endTask(id: string): Promise<void> {
  const job = await api.tasks.getJob(id);
  if (job?.finishedOn !== undefined) return;
  if (!(await job?.isActive())) await (await worker.take()).complete();
}

describe.each(KINDS)('an Idempotency-Key for tasks %s', (_kind, extra) => {
  it.each(STATES)(
    'returns the task with 200 for an equal body and 409 for another body, while the task is %s',
    async (state) => {
      const key = randomUUID();
      const body = { text: 'a', ...extra };
      const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
      expect(id).toMatch(/^.{14}8/);
      await bringInto(id, state);
      const before = await allJobs();

      // Explicit defaults and another order do not change the body.
      for (const equal of [
        JSON.stringify(body),
        JSON.stringify({ priority: 0, steps: 1, kill: false, timeout_seconds: 600, ...body }),
        JSON.stringify({ ...body, priority: 7 }).replace('7', '-0'),
      ]) {
        const replay = await post(key, equal).expect(200).expect('Location', `/tasks/${id}`);
        expect(replay.body).toMatchObject({ request_id: id, status: state });
      }
      for (const other of [{ text: 'b' }, { priority: 1 }, { kill: true }, { timeout_seconds: 601 }]) {
        const conflict = await post(key, { ...body, ...other }).expect(409);
        expect(ProblemSchema.parse(conflict.body)).toMatchObject({
          type: 'urn:primes:problem:idempotency_conflict',
          task_id: id,
        });
      }
      const hook = 'callback_url' in extra ? { text: 'a' } : { text: 'a', ...CALLBACK };
      await post(key, hook).expect(409);
      // No job and no webhook was added or removed.
      expect(await allJobs()).toEqual(before);
      await endTask(id);
    },
  );

  it.each([2, 10])('creates one task for %d equal requests at once', async (many) => {
    for (let round = 0; round < 5; round++) {
      const key = randomUUID();
      const started = await counted();
      const before = await allJobs();
      const responses = await Promise.all(
        Array.from({ length: many }, () => post(key, { text: 'a', ...extra })),
      );
      expect(responses.map(({ status }) => status).sort()).toEqual([
        ...Array<number>(many - 1).fill(200),
        202,
      ]);
      const ids = new Set(responses.map(({ body }) => TaskSummarySchema.parse(body).request_id));
      expect(ids.size).toBe(1);
      const { tasks, webhooks } = await allJobs();
      expect(tasks.length).toBe(before.tasks.length + 1);
      expect(webhooks.length).toBe(before.webhooks.length + ('callback_url' in extra ? 1 : 0));
      await eventually(async () => {
        expect(await counted()).toBe(started + 1);
      });
      await endTask([...ids].join());
    }
  });

  it('accepts one of several different bodies at once, and returns 409 for the others', async () => {
    const key = randomUUID();
    const responses = await Promise.all(['a', 'b', 'c', 'd'].map((text) => post(key, { text, ...extra })));
    expect(responses.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const accepted = responses.find(({ status }) => status === 202);
    await endTask(TaskSummarySchema.parse(accepted?.body).request_id);
  });

  it('creates exactly one new task after the retention of the old one', async () => {
    const key = randomUUID();
    const body = { text: 'a', ...extra };
    const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
    await bringInto(id, 'done');
    await age(id);
    await api.http('get', `/tasks/${id}`).expect(404);
    await api.http('get', `/tasks/${id}/events`).expect(404);
    await api.http('delete', `/tasks/${id}`).expect(404);
    // Reads do not remove the old task: a new one could just have replaced it.
    expect(await api.redis.exists(`${api.prefix}:echo:${id}`)).toBe(1);
    // With another body, because the old body is no longer known.
    const other = { ...body, text: 'b' };
    const responses = await Promise.all(Array.from({ length: 10 }, () => post(key, other)));
    expect(responses.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
    expect(await api.view(id)).toMatchObject({ status: 'pending', text: 'b' });
    await endTask(id);
  });
});

describe('an Idempotency-Key', () => {
  it('still identifies its task after the webhook was evicted', async () => {
    const key = randomUUID();
    const body = { text: 'a', ...CALLBACK };
    const { request_id: id } = TaskSummarySchema.parse((await post(key, body).expect(202)).body);
    await bringInto(id, 'done');
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    await eventually(async () => {
      expect(await evict(submission)).toBe(1);
    });
    await post(key, body).expect(200);
    await post(key, { ...body, text: 'b' }).expect(409);
    expect(await api.webhooks.getJob(submission)).toBeUndefined();
  });

  it.each([
    ['', /^Idempotency-Key: Must not be empty$/],
    ['a b', /^Idempotency-Key: Must be visible ASCII characters, received the byte 0x20 at index 1$/],
    ['a\tb', /0x09 at index 1$/],
    ['abé', /0xC3 at index 2$/],
    ['x'.repeat(256), /^Idempotency-Key: Must have at most 255 characters$/],
  ])('is rejected with what is wrong with it: %j', async (key, detail) => {
    const { body } = await post(key, { text: 'a' }).expect(400);
    expect(ProblemSchema.parse(body).detail).toMatch(detail);
  });

  it('gives the same task id in every process, and another id for another key', async () => {
    await using other = await startApi({ QUEUE_PREFIX: api.prefix, WEBHOOK_ALLOWED_HOSTS: 'localhost' });
    const key = randomUUID();
    const first = await post(key, { text: 'a' }).expect(202);
    const again = await other
      .http('post', '/tasks')
      .set('Idempotency-Key', key)
      .send({ text: 'a' })
      .expect(200);
    expect(again.body).toMatchObject({ request_id: (first.body as { request_id: string }).request_id });
    await other.http('post', '/tasks').set('Idempotency-Key', `${key}2`).send({ text: 'a' }).expect(202);
    for (let i = 0; i < 2; i++) await (await worker.take()).complete();
  });
});

/** Moves the end of the task back by more than RETENTION_SECONDS. */
async function age(id: string): Promise<void> {
  await api.redis.hset(`${api.prefix}:echo:${id}`, 'finishedOn', Date.now() - 61_000);
}

/** Like BullMQ's removal of old jobs: without their children. */
async function evict(id: string): Promise<number> {
  return api.webhooks.remove(id, { removeChildren: false });
}

async function allJobs() {
  const [tasks, webhooks] = await Promise.all([keysOf(echo.name), keysOf('webhooks')]);
  return { tasks, webhooks };
}

/** The keys of the jobs of a queue, without locks and dependencies. */
async function keysOf(queue: string): Promise<string[]> {
  const keys = await api.redis.keys(`${api.prefix}:${queue}:????????-????-????-????-????????????`);
  return keys.sort();
}

async function counted(): Promise<number> {
  return api.metric('echo_task_submissions_total', /status="started"/);
}
