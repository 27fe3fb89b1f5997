import { afterAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { release } from '@primes/testing/echo/run';
import { TaskQueues, type TaskJob } from '../src/queue/task-queues.ts';
import { startApi, type TaskView } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, worker, receiver } = await setUp(async (keep) => {
  const started = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' }));
  return { api: started, worker: keep(await manualWorker(started)), receiver: keep(await startReceiver()) };
});

const retry = (id: string) => api.send({ method: 'POST', path: `/tasks/${id}/retry` });

async function failedTask(body: object = {}, headers = {}): Promise<string> {
  const { request_id: id } = await api.submit({ text: 'a', ...body }, headers);
  await (await worker.take()).fail('timeout');
  return id;
}

/** Tasks by outcome since installation. */
async function counted(outcome: string): Promise<number> {
  return Number(await api.redis.hget(api.tasks.toKey(`metrics:${outcome}`), 'count'));
}

describe('a retried task', () => {
  it('runs again as if it had just been submitted, and is counted once', async () => {
    // Counted by the scripts of our workers, not by the manual one.
    await api.redis.hset(api.tasks.toKey('metrics:failed'), 'count', 5);
    const id = await failedTask({ priority: 3 });
    const before = await api.view(id);
    await api.redis.hset(api.tasks.toKey(id), 'progress', '{"startedAt":1,"done":1,"total":2}');
    const { status, body } = await retry(id);
    expect(status).toBe(202);
    const expected = { status: 'pending', error: null, progress: 0, started_at: null, finished_at: null };
    expect(JSON.parse(body)).toEqual({ ...before, ...expected, result: undefined });
    expect(await api.tasks.getJob(id)).toMatchObject({ attemptsMade: 0, attemptsStarted: 0, priority: 3 });
    expect(await counted('failed')).toBe(4);
    await (await worker.take()).complete();
    expect(await api.view(id)).toMatchObject({ status: 'done', created_at: before.created_at, error: null });
    // The time of the first submission also survives a second retry, and the failed set is empty.
    expect(await api.tasks.getFailedCount()).toBe(0);
  });

  it('keeps the time of its submission over several retries', async () => {
    const id = await failedTask();
    const { created_at: createdAt } = await api.view(id);
    for (let i = 0; i < 3; i++) {
      expect(await retry(id)).toMatchObject({ status: 202 });
      await (await worker.take()).fail('invalid');
      expect(await api.view(id)).toMatchObject({ status: 'failed', created_at: createdAt });
    }
  });

  it('may have been cancelled', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    await api.http('delete', `/tasks/${id}`).expect(202);
    const cancelled = await counted('cancelled');
    expect(await retry(id)).toMatchObject({ status: 202 });
    expect(await counted('cancelled')).toBe(cancelled - 1);
    const task = await worker.take();
    expect(task.job.data).not.toHaveProperty('cancelledAt');
    await task.complete();
    expect(await api.view(id)).toMatchObject({ status: 'done' });
  });

  it('is still found by its Idempotency-Key', async () => {
    const key = { 'Idempotency-Key': 'retried' };
    const id = await failedTask({}, key);
    await retry(id);
    const replayed = await api.send(post({ text: 'a' }, key));
    expect([replayed.status, JSON.parse(replayed.body)]).toMatchObject([200, { request_id: id }]);
    await (await worker.take()).complete();
  });

  it('sends another webhook with an id of its own', async () => {
    const id = await failedTask({ callback_url: receiver.url('/again') });
    await receiver.arrived('/again', 1);
    await retry(id);
    await (await worker.take()).complete();
    const deliveries = await receiver.arrived('/again', 2);
    expect(deliveries.map(({ body }) => (JSON.parse(body) as TaskView).status)).toEqual(['failed', 'done']);
    const ids = deliveries.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    await eventually(async () => {
      expect(await api.webhooks.getJobCounts('completed', 'failed', 'waiting-children')).toEqual({
        completed: 2,
        failed: 0,
        'waiting-children': 0,
      });
    });
  });

  it('sends no webhook for a failure that a retry has undone before its first delivery', async () => {
    await api.webhooks.pause();
    const id = await failedTask({ callback_url: receiver.url('/undone') });
    await retry(id);
    await api.webhooks.resume();
    await (await worker.take()).complete();
    const [delivery] = await receiver.arrived('/undone', 1);
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ request_id: id, status: 'done' });
    await eventually(async () => {
      expect(await api.webhooks.getJobCountByTypes('waiting', 'active', 'delayed')).toBe(0);
    });
    expect(await api.webhooks.getFailedCount()).toBe(0);
    expect(receiver.at('/undone')).toHaveLength(1);
  });

  it('has its whole timeout again', async () => {
    await using own = await startApi();
    await own.start('worker');
    const { request_id: id } = await own.submit({ text: 'a', hold: 'late', timeout_seconds: 1 });
    expect(await own.view(id, 'wait=30')).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    await release(own.redis, own.prefix, 'late');
    await own.http('post', `/tasks/${id}/retry`).expect(202);
    expect(await own.view(id, 'wait=30&limit=0')).toMatchObject({ status: 'done' });
  });
});

it('is retried once by equal calls at once', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await failedTask();
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => retry(id)))).map(
      (each) => each.status,
    );
    expect(statuses).toContain(202);
    for (const status of statuses) expect([202, 409]).toContain(status);
    expect(await api.tasks.getWaitingCount()).toBe(1);
    await (await worker.take()).complete();
  }
});

describe('a task that changes between the read and the retry', () => {
  const keep = { done: 9, failed: 9, deadLetters: 9 };
  const queues = new TaskQueues(api.redis, api.tasks.name, {
    QUEUE_PREFIX: api.prefix,
    RETENTION_SECONDS: 60,
    clock: Date,
  });
  afterAll(() => queues.close());

  async function read(id: string): Promise<TaskJob> {
    return (await queues.tasks.getJob(id)) as TaskJob;
  }

  it.each([
    ['of its own worker', 1],
    ['of the worker of another task', 0],
  ])('is not replaced once it is done, even if the clock %s was ahead', async (_, ahead) => {
    const ids = [await failedTask(), await failedTask()];
    const later = Date.now() + 60_000;
    await api.redis.hset(api.tasks.toKey(ids[1 - ahead] ?? ''), 'finishedOn', later);
    const [first, second] = (await Promise.all(ids.map(read))) as [TaskJob, TaskJob];
    expect((await retry(first.id ?? '')).status).toBe(202);
    await (await worker.take()).complete();
    expect(await queues.addAgain([first, second], keep)).toBe(false);
    expect(await queues.addAgain([first], keep)).toBe(false);
    expect(await api.view(first.id ?? '')).toMatchObject({ status: 'done' });
    expect(await queues.addAgain([second], keep)).toBe(true);
    await (await worker.take()).complete();
  });

  it('does not come back once it is discarded', async () => {
    const job = await read(await failedTask());
    await api.http('post', '/tasks/actions').send({ action: 'discard', filter: { status: 'failed' } });
    expect(await queues.addAgain([job], keep)).toBe(false);
    expect(await api.tasks.getJobCountByTypes('waiting', 'failed')).toBe(0);
  });
});

it('must have failed or been cancelled', async () => {
  const { request_id: id } = await api.submit({ text: 'a' });
  expect(await retry(id)).toMatchObject({ status: 409, body: expect.stringContaining('is pending') });
  const task = await worker.take();
  expect(await retry(id)).toMatchObject({ status: 409, body: expect.stringContaining('is processing') });
  await task.complete();
  expect(await retry(id)).toMatchObject({ status: 409, body: expect.stringContaining('is done') });
  for (const unknown of ['00000000-0000-4000-8000-000000000000', 'a']) {
    expect(await retry(unknown)).toMatchObject({ status: 404 });
  }
  expect(await api.send({ method: 'POST', path: `/tasks/${id}/retry?a=1` })).toMatchObject({ status: 422 });
});

it('is retried by operators alone, and stays with its owner', async () => {
  await using keys = await keyFile({ alice: ['submit', 'read', 'read-all'], operator: ['operate'] });
  await using own = await startApiWithKeys(keys.file);
  await using ownWorker = await manualWorker(own);
  const { body } = await own.send(post({ text: 'a' }, keys.as.alice));
  const { request_id: id } = JSON.parse(body) as TaskView;
  await (await ownWorker.take()).fail('timeout');
  const call = (headers: object) =>
    own.send({ method: 'POST', path: `/tasks/${id}/retry`, headers: { ...headers } });
  expect(await call({})).toMatchObject({ status: 401 });
  expect(await call(keys.as.alice)).toMatchObject({ status: 403 });
  const retried = await call(keys.as.operator);
  expect(retried).toMatchObject({ status: 202, body: expect.stringContaining('"principal":"alice"') });
  expect((await own.tasks.getJob(id))?.data).toMatchObject({ principal: 'alice' });
  await eventually(async () => {
    const audit = await own.send({ path: '/audit', headers: keys.as.operator });
    expect(audit.body).toContain(`"path":"/tasks/${id}/retry","changed":1,"status":202`);
  });
});
