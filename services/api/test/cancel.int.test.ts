import { cancelChannel, hasEnded } from '@primes/contracts';
import { eventually, taskCounters } from '@primes/testing';
import { echo, TaskListSchema } from '@primes/testing/echo';
import type { JobType } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import type { TaskJob } from '../src/queue/task-queues.ts';
import { withdraw } from '../src/queue/withdraw.ts';
import { startApi, type TaskView, type TestApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi()));

const cancel = (id: string) => api.send({ method: 'DELETE', path: `/tasks/${id}` });

/** Waits until the job has ended. */
async function ended(id: string): Promise<void> {
  await eventually(async () => {
    expect((await api.tasks.getJob(id))?.finishedOn).toBeDefined();
  });
}

async function counters(): Promise<Record<string, number>> {
  const hash = await taskCounters(api.redis, api.prefix, echo.name);
  return Object.fromEntries(Object.entries(hash).map(([field, value]) => [field, Number(value)]));
}

/** Waits until the cancellation is recorded in the job, where its worker finds it. */
async function marked(id: string): Promise<number> {
  return eventually(async () => {
    const at = ((await api.tasks.getJob(id)) as TaskJob | undefined)?.data.cancelledAt;
    if (at === undefined) throw new Error('Cancellation is not recorded');
    return at;
  });
}

async function countOf(...states: JobType[]): Promise<number> {
  return api.tasks.getJobCountByTypes(...states);
}

const lines = (id: string) => api.process.logs.filter((line) => line['task_id'] === id);

describe('DELETE of a waiting task', () => {
  const WAITING: [string, object, (id: string) => Promise<unknown>][] = [
    ['waiting', { text: 'a' }, () => Promise.resolve()],
    ['prioritized', { text: 'a', priority: 7 }, () => Promise.resolve()],
    ['in a paused queue', { text: 'a' }, () => api.tasks.pause()],
    ['delayed for a retry', { text: 'a' }, retryLater],
    ['marked by an older version', { text: 'a' }, markAsBefore],
  ];

  async function retryLater(): Promise<void> {
    await using worker = await manualWorker(api);
    await (await worker.take()).end(new Error('worker lost'));
  }

  /** The api of an older version only marked a waiting task; a worker ended it. */
  async function markAsBefore(id: string): Promise<void> {
    const job = await api.tasks.getJob(id);
    await job?.updateData({ ...job.data, cancelledAt: 1_800_000_000_000 });
    expect(await api.view(id)).toMatchObject({ status: 'pending', finished_at: null });
  }

  it.each(WAITING)('ends it at once, without a worker: %s', async (_state, body, prepare) => {
    const { request_id: id } = await api.submit(body);
    const { request_id: other } = await api.submit(body);
    await prepare(id);
    const response = await api.http('delete', `/tasks/${id}`).expect(202);
    expect(response.body).toMatchObject({
      status: 'cancelled',
      error: null,
      finished_at: expect.any(String),
    });
    expect(await api.view(id, 'wait=60')).toEqual({ ...response.body, result: null });
    expect(await cancel(id)).toMatchObject({ status: 409, body: expect.stringContaining('cancelled') });

    const job = await api.tasks.getJob(id);
    expect([await job?.getState(), job?.failedReason]).toEqual(['failed', 'cancelled']);
    expect(job?.stacktrace?.join('')).not.toContain('cancelled');
    expect(await countOf('waiting', 'prioritized', 'delayed', 'active')).toBe(1);
    expect(await api.redis.exists(api.tasks.toKey(`${id}:lock`))).toBe(0);
    await eventually(() => {
      expect(lines(id).filter(({ msg }) => msg === 'task cancelled')).toMatchObject([
        { steps: 1, request_id: expect.any(String), trace_id: expect.any(String) },
      ]);
    });
    await api.tasks.resume();
    await api.http('delete', `/tasks/${other}`).expect(202);
    expect(await countOf('waiting', 'prioritized', 'delayed', 'active')).toBe(0);
  });

  it('frees its place in the queue at once', async () => {
    await using small = await startApi({ MAX_QUEUED: '2' });
    const ids = [await small.submit({ text: 'a' }), await small.submit({ text: 'a', priority: 1 })];
    await small.http('post', '/tasks').send({ text: 'a' }).expect(503);
    for (const { request_id: id } of ids) await small.http('delete', `/tasks/${id}`).expect(202);
    await small.submit({ text: 'a' });
    await small.submit({ text: 'a' });
    // A count that was read during a DELETE is one too low until the next, 250 ms later.
    await eventually(() => small.http('post', '/tasks').send({ text: 'a' }).expect(503));
  });

  it('is completed by a repeated DELETE or by a worker if the api dies during the first', async () => {
    await using own = await startApi();
    const { request_id: called } = await own.submit({ text: 'a' });
    const { request_id: left } = await own.submit({ text: 'a' });
    for (const id of [called, left]) await dieDuringCancel(own, id);
    expect(await own.view(called)).toMatchObject({ status: 'processing', started_at: null });
    await own.http('delete', `/tasks/${called}`).expect(202);
    expect(await own.view(called)).toMatchObject({ status: 'cancelled' });
    // As if the lock had expired.
    await own.redis.del(own.tasks.toKey(`${left}:lock`));
    await own.start('worker');
    expect(await own.view(left, 'wait=60')).toMatchObject({ status: 'cancelled' });
  }, 60_000);

  /** Stops after the writes that precede the end of the job. */
  async function dieDuringCancel({ redis, tasks }: TestApi, id: string): Promise<void> {
    const job = await tasks.getJob(id);
    if (!job) throw new Error('The job does not exist');
    job.moveToFailed = () => Promise.reject(new Error('dead'));
    await expect(withdraw(redis, { tasks }, job as TaskJob)).rejects.toThrow('dead');
  }
});

describe('DELETE of a running task', () => {
  it('is published, so that the worker of the task stops at once', async () => {
    const listener = api.redis.duplicate();
    const received: string[] = [];
    listener.on('message', (_channel, id: string) => received.push(id));
    await listener.subscribe(cancelChannel(api.prefix, echo.name));
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const response = cancel(id);
    await eventually(() => {
      expect(received).toEqual([id]);
    });
    await task.cancel();
    await response;
    listener.disconnect();
  });

  it('responds once the worker has ended the task, which is processing until then', async () => {
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const response = cancel(id);
    await marked(id);
    expect(await api.view(id)).toMatchObject({ status: 'processing', finished_at: null });
    await task.cancel();
    expect(await response).toMatchObject({ status: 202, body: expect.stringContaining('"cancelled"') });
    expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
  });

  it('returns 409 if the worker completes the task first', async () => {
    await using worker = await manualWorker(api);
    for (let i = 0; i < 20; i++) {
      const { request_id: id } = await api.submit({ text: 'a' });
      const task = await worker.take();
      const response = cancel(id);
      await marked(id);
      expect(await api.view(id)).toMatchObject({ status: 'processing' });
      // As after the worker's last check for a cancellation.
      await task.complete();
      expect(await response).toMatchObject({
        status: 409,
        body: expect.stringContaining('received one that is done'),
      });
      expect(await api.view(id)).toMatchObject({ status: 'done' });
    }
  });

  it('returns 409 if the task fails first, and it stays failed', async () => {
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const response = cancel(id);
    await marked(id);
    await task.fail('timeout');
    expect(await response).toMatchObject({
      status: 409,
      body: expect.stringContaining('received one that is failed'),
    });
    const failed = { status: 'failed', error: { code: 'timeout' } };
    expect(await api.view(id)).toMatchObject(failed);
    expect(await cancel(id)).toMatchObject({ status: 409 });
    expect(await api.view(id)).toMatchObject(failed);
    const list = await api.http('get', '/tasks?status=failed&limit=100').expect(200);
    expect(TaskListSchema.parse(list.body).tasks).toContainEqual(expect.objectContaining({ request_id: id }));
  });

  it('returns 202 `processing` before a long-poll ends if the worker does not react, and can be repeated', async () => {
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const poll = api.send({ path: `/tasks/${id}?wait=10` });
    const first = await Promise.race([cancel(id), poll]);
    expect([first.status, JSON.parse(first.body)]).toMatchObject([202, { status: 'processing' }]);
    const at = await marked(id);
    expect(await cancel(id)).toMatchObject({ status: 202 });
    expect(await marked(id)).toBe(at);
    await task.cancel();
    expect(JSON.parse((await poll).body)).toMatchObject({ status: 'cancelled' });
    expect(await cancel(id)).toMatchObject({ status: 409 });
  });

  it('ends the task as soon as its worker returns it to the queue', async () => {
    await using worker = await manualWorker(api);
    for (const how of ['giveBack', 'end'] as const) {
      const { request_id: id } = await api.submit({ text: 'a' });
      const task = await worker.take();
      const response = cancel(id);
      await marked(id);
      await (how === 'end' ? task.end(new Error('worker lost')) : task.giveBack());
      expect(await response).toMatchObject({ status: 202, body: expect.stringContaining('"cancelled"') });
    }
    expect(await countOf('waiting', 'delayed', 'active')).toBe(0);
  });

  it('ends the task at once if its worker has lost the lock', async () => {
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    await api.redis.del(api.tasks.toKey(`${id}:lock`));
    expect(await cancel(id)).toMatchObject({ status: 202, body: expect.stringContaining('"cancelled"') });
    await expect(task.complete()).rejects.toThrow('Missing lock');
    expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
  });

  it("changes nothing else in the job's data, including fields of a newer version", async () => {
    await using worker = await manualWorker(api);
    const { request_id: id } = await api.submit({ text: 'a' });
    const key = api.tasks.toKey(id);
    const stored = JSON.parse((await api.redis.hget(key, 'data')) ?? '') as { task: object };
    const newer = {
      ...stored,
      task: { ...stored.task, steps: Number.MAX_SAFE_INTEGER },
      tags: [],
      share: 0.1,
    };
    await api.redis.hset(key, 'data', JSON.stringify(newer));
    const task = await worker.take();
    const response = cancel(id);
    const cancelledAt = await marked(id);
    expect(await api.redis.hget(key, 'data')).toBe(JSON.stringify({ ...newer, cancelledAt }));
    await task.cancel();
    await response;
  });

  it.each(['done', 'failed'] as const)(
    'returns 409 for a task that is %s, and records no cancellation',
    async (status) => {
      await using worker = await manualWorker(api);
      const { request_id: id } = await api.submit({ text: 'a' });
      const task = await worker.take();
      await (status === 'done' ? task.complete() : task.fail('invalid'));
      expect(await cancel(id)).toMatchObject({ status: 409, body: expect.stringContaining(`is ${status}`) });
      expect(await api.view(id)).toMatchObject({ status });
      const job = (await api.tasks.getJob(id)) as TaskJob;
      expect(await withdraw(api.redis, { tasks: api.tasks }, job)).toBe('already-ended');
      expect((await api.tasks.getJob(id))?.data).not.toHaveProperty('cancelledAt');
    },
  );
});

describe('DELETE /tasks/{id} with a worker', () => {
  it('is completed by a worker for a task that an older version has marked', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const job = await api.tasks.getJob(id);
    await job?.updateData({ ...job.data, cancelledAt: Date.now() });
    const worker = await api.start('worker');
    expect(await api.view(id, 'wait=30')).toMatchObject({ status: 'cancelled', error: null });
    await eventually(async () => {
      const metrics = await (await fetch(`${worker.url}/metrics`)).text();
      expect(metrics).toMatch(/^echo_task_submissions_total\{status="cancelled".*\} 1$/m);
      expect(metrics).toMatch(/^echo_task_submissions_total\{status="failed".*\} 0$/m);
    });
  });

  it('interrupts the task in the worker process', async () => {
    const { completed = 0, cancelled = 0 } = await counters();
    const { request_id: id } = await api.submit({ text: 'a', hold: 'never released' });
    await eventually(async () => {
      expect(await api.view(id)).toMatchObject({ status: 'processing' });
    });
    await api.http('delete', `/tasks/${id}`).expect(202);
    await ended(id);
    expect(await api.view(id)).toMatchObject({ status: 'cancelled', result: null });
    // The worker's slot is free again.
    await api.compute({ text: 'a' });
    await eventually(async () => {
      expect(await counters()).toMatchObject({ completed: completed + 1, cancelled: cancelled + 1 });
    });
  });

  it('returns the true status of 300 tasks that complete at the same time, and so does GET', async () => {
    const before = await counters();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < 60; round++) {
      // Otherwise a fast worker would start each task before its DELETE.
      if (round % 10 === 0) await api.tasks.pause();
      const tasks = Array.from({ length: 5 }, async (_, i) => {
        const { request_id: id } = await api.submit({ text: String(i) });
        const seen = watch(id);
        // The delay varies from before the start of the task to after its end.
        for (let turn = 0; turn < (round + i) % 8; turn++) await new Promise(setImmediate);
        const { status: code, body } = await cancel(id);
        const views = await seen;
        const last = views.at(-1)?.status ?? '';
        const returned = code === 202 ? (JSON.parse(body) as TaskView).status : 'done';
        expect([code, last]).toEqual([
          expect.any(Number),
          returned === 'processing' ? expect.any(String) : returned,
        ]);
        // A final status that a client has seen does not change.
        const final = views.filter((view) => hasEnded(view.status));
        expect(final).toEqual(final.map(() => final[0]));
        outcomes[last] = (outcomes[last] ?? 0) + 1;
      });
      await Promise.all(tasks);
      if (round % 10 === 0) await api.tasks.resume();
    }
    expect(Object.keys(outcomes).sort()).toEqual(['cancelled', 'done']);
    await eventually(async () => {
      const after = await counters();
      for (const [field, status] of [
        ['completed', 'done'],
        ['cancelled', 'cancelled'],
      ] as const) {
        expect((after[field] ?? 0) - (before[field] ?? 0)).toBe(outcomes[status] ?? 0);
      }
      expect(after['failed']).toBe(before['failed']);
    });
  }, 180_000);

  /** Reads a task repeatedly until its status was final three times. */
  async function watch(id: string): Promise<TaskView[]> {
    const views: TaskView[] = [];
    while (views.filter((view) => hasEnded(view.status)).length < 3) views.push(await api.view(id));
    return views;
  }
});
