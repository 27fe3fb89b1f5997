import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { COMPUTE_JOB, ProblemSchema, type JobData, type TaskStatus } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { ActionResultSchema, act as actWith, type ActionResult } from '../src/operate/actions.ts';
import { startApi, type TestApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, worker, receiver } = await setUp(async (keep) => {
  const started = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' }));
  return { api: started, worker: keep(await manualWorker(started)), receiver: keep(await startReceiver()) };
});

const request = (body: object, headers: object = {}) => ({
  ...post(body, { ...headers }),
  path: '/tasks/actions',
});

async function act(body: object, to: TestApi = api): Promise<ActionResult> {
  const { status, body: text } = await to.send(request(body));
  expect(status).toBe(200);
  return ActionResultSchema.parse(JSON.parse(text));
}

async function failed(body: object = {}): Promise<string> {
  const { request_id: id } = await api.submit({ text: 'a', ...body });
  await (await worker.take()).fail('timeout');
  return id;
}

async function statusOf(id: string): Promise<TaskStatus | undefined> {
  const { status, body } = await api.send({ path: `/tasks/${id}?limit=0` });
  return status === 404 ? undefined : (JSON.parse(body) as { status: TaskStatus }).status;
}

describe('an action on tasks', () => {
  it('only counts in a dry run', async () => {
    const ids = [await failed(), await failed()];
    for (const action of ['retry', 'discard']) {
      expect(await act({ action, filter: { status: 'failed' }, dry_run: true })).toEqual({
        action,
        dry_run: true,
        matched: 2,
        changed: 0,
        scanned: 2,
        truncated: false,
        queue_full: false,
      });
    }
    for (const id of ids) expect(await statusOf(id)).toBe('failed');
    await act({ action: 'discard', filter: { status: 'failed' } });
  });

  it('retries failed tasks with their webhooks, and cancelled ones only if asked', async () => {
    const ids = [await failed(), await failed({ priority: 2, callback_url: receiver.url('/bulk') })];
    const { request_id: cancelled } = await api.submit({ text: 'a' });
    await api.http('delete', `/tasks/${cancelled}`).expect(202);
    const filter = { status: 'failed' };
    expect(await act({ action: 'retry', filter })).toMatchObject({ matched: 2, changed: 2, scanned: 3 });
    for (const id of ids) expect(await statusOf(id)).toBe('pending');
    expect(await statusOf(cancelled)).toBe('cancelled');
    for (let i = 0; i < 2; i++) await (await worker.take()).complete();
    for (const id of ids) expect(await statusOf(id)).toBe('done');
    const deliveries = await receiver.arrived('/bulk', 2);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    await act({ action: 'retry', filter: { status: 'cancelled' } });
    await (await worker.take()).complete();
    expect(await statusOf(cancelled)).toBe('done');
    await act({ action: 'discard', filter: { status: 'done' } });
  });

  it('cancels waiting tasks, and asks the workers of running ones', async () => {
    const { request_id: running } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const ids: string[] = [];
    for (const body of [{}, { priority: 1 }]) {
      ids.push((await api.submit({ text: 'a', ...body })).request_id);
    }
    const pending = await act({ action: 'cancel', filter: { status: 'pending' } });
    expect(pending).toMatchObject({ matched: 2, changed: 2 });
    for (const id of ids) expect(await statusOf(id)).toBe('cancelled');
    expect(await statusOf(running)).toBe('processing');
    expect(await act({ action: 'cancel', filter: { status: 'processing' } })).toMatchObject({ changed: 1 });
    expect((await api.tasks.getJob(running))?.data).toHaveProperty('cancelledAt');
    await task.cancel();
    expect(await api.metric('echo_task_submissions_total', /status="cancelled"/)).toBeGreaterThanOrEqual(2);
    await act({ action: 'discard', filter: { status: 'cancelled' } });
  });

  it('discards ended tasks alone', async () => {
    const { request_id: done } = await api.submit({ text: 'a' });
    await (await worker.take()).complete();
    const gone = await failed();
    const { request_id: waiting } = await api.submit({ text: 'a' });
    expect(await act({ action: 'discard', filter: { status: 'failed' } })).toMatchObject({ changed: 1 });
    expect(await statusOf(gone)).toBeUndefined();
    expect(await api.tasks.getFailedCount()).toBe(0);
    expect(await api.redis.exists(api.tasks.toKey(gone))).toBe(0);
    expect(await statusOf(done)).toBe('done');
    expect(await act({ action: 'discard', filter: { status: 'done' } })).toMatchObject({ changed: 1 });
    expect(await statusOf(done)).toBeUndefined();
    expect(await statusOf(waiting)).toBe('pending');
    await act({ action: 'cancel', filter: { status: 'pending' } });
    await act({ action: 'discard', filter: { status: 'cancelled' } });
  });

  it('is for the tasks of its filter alone', async () => {
    const first = await failed();
    const between = new Date(Date.parse((await api.view(first)).created_at) + 1).toISOString();
    await eventually(() => {
      expect(Date.now()).toBeGreaterThan(Date.parse(between));
    });
    const { request_id: invalid } = await api.submit({ text: 'a' });
    await (await worker.take()).fail('invalid');
    const batch = await api.send({ ...post([{ text: 'a' }]), path: '/tasks/batch' });
    const { batch_id: batchId } = JSON.parse(batch.body) as { batch_id: string };
    await (await worker.take()).fail('invalid');
    const counted = async (filter: object) =>
      (await act({ action: 'retry', filter: { status: 'failed', ...filter }, dry_run: true })).matched;
    expect(await counted({})).toBe(3);
    expect(await counted({ error_code: 'timeout' })).toBe(1);
    expect(await counted({ error_code: 'invalid' })).toBe(2);
    expect(await counted({ created_before: between })).toBe(1);
    expect(await counted({ created_after: between })).toBe(2);
    expect(await counted({ created_after: between.replace('Z', '+00:00'), batch: batchId })).toBe(1);
    expect(await counted({ principal: 'nobody' })).toBe(0);
    expect(await counted({ text: 'a', steps: 1 })).toBe(3);
    expect(await counted({ text: 'b' })).toBe(0);
    await act({ action: 'retry', filter: { status: 'failed', error_code: 'invalid' } });
    expect([await statusOf(first), await statusOf(invalid)]).toEqual(['failed', 'pending']);
    await act({ action: 'cancel', filter: { status: 'pending' } });
  });
});

it('goes by the status of a task when it comes to it, because it may have changed since the call', async () => {
  await using own = await startApi();
  await using ownWorker = await manualWorker(own);
  const log = { info: () => undefined };
  const config = { QUEUE_PREFIX: own.prefix };
  const call = { principal: undefined, signal: new AbortController().signal, onChange: () => undefined };
  /** What happens while the call reads the first tasks. */
  const cancel = (status: 'pending' | 'processing', meanwhile: () => Promise<unknown>) => {
    let happened: Promise<unknown> | undefined;
    const getRanges: typeof own.tasks.getRanges = async (...range) => {
      const ids = await own.tasks.getRanges(...range);
      await (happened ??= meanwhile());
      return ids;
    };
    const tasks = Object.create(own.tasks, { getRanges: { value: getRanges } }) as typeof own.tasks;
    const queues = { tasks, hasExpired: () => false };
    const deps = {
      type: echo,
      config,
      log,
      queues,
      replicated: { redis: own.redis, queues },
    };
    return actWith(deps as never, { action: 'cancel', filter: { status }, dry_run: false }, call);
  };

  const { request_id: id } = await own.submit({ text: 'a' });
  const taken: Awaited<ReturnType<typeof ownWorker.take>>[] = [];
  const started = await cancel('pending', async () => taken.push(await ownWorker.take()));
  expect(started).toMatchObject({ scanned: 1, matched: 0, changed: 0 });
  const handedOver = await cancel('processing', async () => taken[0]?.giveBack());
  expect(handedOver).toMatchObject({ scanned: 1, matched: 0, changed: 0 });
  expect((await own.tasks.getJob(id))?.data).not.toHaveProperty('cancelledAt');
});

it('retries 1,000 tasks once, also by two equal calls at once', async () => {
  await using own = await startApi();
  const { request_id: id } = await own.submit({ text: 'a' });
  const { data, opts } = (await own.tasks.getJob(id)) as { data: JobData; opts: object };
  const ids = Array.from({ length: 1_000 }, () => randomUUID());
  const finishedOn = Date.now() - 1_000;
  const pipeline = own.redis.pipeline();
  for (const failed of ids) {
    const fields = {
      name: COMPUTE_JOB,
      data: JSON.stringify({ ...data, submission: failed }),
      timestamp: finishedOn,
    };
    const ended = { opts: JSON.stringify(opts), failedReason: 'timeout: no', finishedOn, atm: 1 };
    pipeline.hset(own.tasks.toKey(failed), { ...fields, ...ended });
    pipeline.zadd(own.tasks.toKey('failed'), finishedOn, failed);
  }
  await pipeline.exec();
  const retry = { action: 'retry', filter: { status: 'failed' } };
  const [first, second] = await Promise.all([act(retry, own), act(retry, own)]);
  expect(first.changed + second.changed).toBe(1_000);
  expect(await own.tasks.getJobCounts('waiting', 'failed')).toEqual({ waiting: 1_001, failed: 0 });
  const waiting = await own.tasks.getRanges(['waiting'], 0, -1);
  expect(new Set(waiting)).toEqual(new Set([id, ...ids]));
  expect(Number(await own.redis.hget(own.tasks.toKey('metrics:failed'), 'count'))).toBe(-1_000);
});

it('finds the oldest of as many tasks as wait by default', async () => {
  await using own = await startApi();
  await own.submit({ text: 'oldest' });
  // The ids suffice, because what is no task is skipped.
  const ids = Array.from({ length: 25_500 }, () => randomUUID());
  await own.redis.lpush(own.tasks.toKey('wait'), ...ids);
  const cancel = { action: 'cancel', filter: { status: 'pending', text: 'oldest' } };
  expect(await act(cancel, own)).toMatchObject({ changed: 1, scanned: 25_501, truncated: false });
}, 120_000);

it('returns what it has done when the api stops, and can be repeated', async () => {
  await using own = await startApi();
  await own.submit({ text: 'newest' });
  // Not before: the queue would be full.
  const ids = Array.from({ length: 100_000 }, () => randomUUID());
  while (ids.length > 0) await own.redis.rpush(own.tasks.toKey('wait'), ...ids.splice(0, 25_000));
  const acting = act({ action: 'cancel', filter: { status: 'pending' } }, own);
  await eventually(async () => {
    expect(await own.tasks.getFailedCount()).toBe(1);
  });
  own.process.kill('SIGTERM');
  const result = await acting;
  expect(result).toMatchObject({ changed: 1, truncated: true });
  expect(result.scanned).toBeLessThan(100_000);
  expect(await own.process.exited).toBe(0);
}, 120_000);

it('retries as many tasks as the queue has room for, says so, and can be repeated', async () => {
  await using own = await startApi({ MAX_QUEUED: '25' });
  await using ownWorker = await manualWorker(own);
  const total = 35;
  for (let i = 0; i < total; i++) {
    // Until its next sample, the api also counts those that have ended.
    await eventually(() => own.submit({ text: 'a' }));
    await (await ownWorker.take()).fail('timeout');
  }
  const retry = { action: 'retry', filter: { status: 'failed' } };
  const waiting = () => own.tasks.getWaitingCount();
  // The first call may retry fewer: until its next sample, the api also counts the tasks above.
  await eventually(async () => {
    const before = await waiting();
    const result = await act(retry, own);
    expect(result).toMatchObject({ queue_full: true, truncated: true });
    expect(await waiting()).toBe(before + result.changed);
    expect(await waiting()).toBe(25);
  });
  expect(await act(retry, own)).toMatchObject({ changed: 0, queue_full: true, truncated: true });
  await eventually(async () => {
    for (let i = await waiting(); i > 0; i--) await (await ownWorker.take()).complete();
    await act(retry, own);
    expect(await own.tasks.getFailedCount()).toBe(0);
  });
});

it.each([
  ['no filter', { action: 'retry' }],
  ['no status', { action: 'retry', filter: {} }],
  ['an unknown action', { action: 'delete', filter: { status: 'failed' } }],
  ['a status that the action cannot change', { action: 'retry', filter: { status: 'done' } }],
  ['a status that does not end', { action: 'discard', filter: { status: 'processing' } }],
  ['an unknown field', { action: 'retry', filter: { status: 'failed', n: 1 } }],
  ['no time', { action: 'retry', filter: { status: 'failed', created_after: 'yesterday' } }],
  ['a dry run that is text', { action: 'retry', filter: { status: 'failed' }, dry_run: 'true' }],
])('rejects %s with 422', async (_name, body) => {
  expect((await api.send(request(body))).status).toBe(422);
});

it('names the field of the filter that it rejects, with what was expected', async () => {
  const { body } = await api.send(request({ action: 'retry', filter: { status: 'failed', steps: '1' } }));
  expect(ProblemSchema.parse(JSON.parse(body)).errors).toEqual([
    { field: 'filter.steps', detail: 'Must be a whole number, received "1"' },
  ]);
});

it('requires the role operate, and is recorded with the number of tasks', async () => {
  await using keys = await keyFile({ alice: ['submit', 'read', 'read-all'], operator: ['operate'] });
  await using own = await startApiWithKeys(keys.file);
  for (let i = 0; i < 3; i++) {
    expect(await own.send(post({ text: 'a' }, keys.as.alice))).toMatchObject({ status: 202 });
  }
  const cancel = (headers: object) =>
    own.send(request({ action: 'cancel', filter: { status: 'pending', principal: 'alice' } }, headers));
  expect(await cancel({})).toMatchObject({ status: 401 });
  expect(await cancel(keys.as.alice)).toMatchObject({ status: 403 });
  expect(await cancel(keys.as.operator)).toMatchObject({ status: 200 });
  await eventually(async () => {
    const { body } = await own.send({ path: '/audit', headers: keys.as.operator });
    expect(body).toContain('"path":"/tasks/actions","changed":3,"status":200');
  });
});
