import { randomUUID } from 'node:crypto';
import { FIRST_JOB_VERSION, JOB_VERSION, ProblemSchema, TASK_LIMITS, type JobData } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const { api, worker, receiver } = await setUp(async (keep) => {
  const api = keep(await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' }));
  return { api, worker: keep(await manualWorker(api)), receiver: keep(await startReceiver()) };
});

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

async function rejected(body: object) {
  const response = await api
    .http('post', '/tasks')
    .send({ text: 'a', ...body })
    .expect(422);
  return ProblemSchema.parse(response.body).errors?.[0];
}

describe('run_at', () => {
  it('keeps a task pending until then', async () => {
    const run_at = inMs(1_000);
    const { request_id: id } = await api.submit({ text: 'a', run_at });
    expect(await api.view(id)).toMatchObject({ status: 'pending', run_at, started_at: null });
    expect(await api.tasks.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 });
    const task = await worker.take();
    expect(task.id).toBe(id);
    expect(task.job.processedOn).toBeGreaterThanOrEqual(Date.parse(run_at));
    await task.complete();
    expect(await api.view(id)).toMatchObject({ status: 'done', run_at });
  });

  it.each([
    ['in the past', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00.000Z'],
    ['of 1970', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['with an offset', '2020-01-01T06:30:00.5+05:30', '2020-01-01T01:00:00.500Z'],
  ])('%s starts at once', async (_, run_at, shown) => {
    const { request_id: id } = await api.submit({ text: 'a', run_at });
    expect(await api.view(id)).toMatchObject({ run_at: shown });
    const task = await worker.take();
    expect(task.id).toBe(id);
    await task.complete();
  });

  it('applies to priorities, webhooks and batches', async () => {
    const run_at = inMs(1_000);
    const callback_url = receiver.url('/later');
    const body = [
      { text: 'low', priority: 2 },
      { text: 'high', priority: 1, callback_url },
    ].map((each) => ({
      ...each,
      run_at,
    }));
    await api.http('post', '/tasks/batch').send(body).expect(202);
    await eventually(async () => {
      const { delayed, prioritized } = await api.tasks.getJobCounts('delayed', 'prioritized');
      expect([delayed, prioritized]).toEqual([2, 0]);
    });
    // Both are due once the second one is; the order then is that of the priorities.
    await eventually(() => {
      expect(Date.now()).toBeGreaterThan(Date.parse(run_at));
    });
    for (const text of ['high', 'low']) {
      const task = await worker.take();
      expect(task.job.data.task).toMatchObject({ text });
      await task.complete();
    }
    const [delivered] = await receiver.arrived('/later', 1);
    expect(JSON.parse(delivered?.body ?? '')).toMatchObject({ status: 'done', run_at });
  });

  it('can be cancelled before', async () => {
    const { request_id: id } = await api.submit({ text: 'a', run_at: inMs(3_600_000) });
    const { body } = await api.http('delete', `/tasks/${id}`).expect(202);
    expect(body).toMatchObject({ status: 'cancelled' });
    expect(await api.tasks.getJobCountByTypes('delayed')).toBe(0);
  });

  it('is part of what an Idempotency-Key covers', async () => {
    const post = (run_at: string) =>
      api.http('post', '/tasks').set('Idempotency-Key', key).send({ text: 'a', run_at });
    const key = randomUUID();
    const first = await post('2020-01-01T01:00:00+01:00').expect(202);
    const again = await post('2020-01-01T00:00:00Z').expect(200);
    expect(again.body).toMatchObject(first.body as object);
    await post('2020-01-01T00:00:01Z').expect(409);
    await (await worker.take()).complete();
  });

  it.each([
    ['a date', '2026-12-01'],
    ['a time without an offset', '2026-12-01T08:00:00'],
    ['no time', 'tomorrow'],
    ['a number', 1_800_000_000],
    ['null', null],
    ['no day', '2026-02-30T00:00:00Z'],
  ])('rejects %s', async (_, run_at) => {
    expect(await rejected({ run_at })).toMatchObject({
      field: 'run_at',
      detail: expect.stringMatching(/offset/),
    });
  });

  it('rejects more than 30 days ahead', async () => {
    expect(await rejected({ run_at: inMs(TASK_LIMITS.runAtAhead + 60_000) })).toEqual({
      field: 'run_at',
      detail: 'Must be at most 30 days ahead',
    });
  });

  it.each(['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00+00:01', '0001-01-01T00:00:00Z'])(
    'rejects %s, which is before 1970',
    async (run_at) => {
      expect(await rejected({ run_at })).toEqual({ field: 'run_at', detail: 'Must not be before 1970' });
    },
  );

  it('and queue_timeout_seconds are left to workers that know them', async () => {
    const versions: unknown[] = [];
    for (const more of [{}, { run_at: inMs(0) }, { queue_timeout_seconds: 9 }]) {
      const { request_id: id } = await api.submit({ text: 'a', ...more });
      const job = await api.tasks.getJob(id);
      versions.push((job?.data as JobData | undefined)?.version);
    }
    expect(versions).toEqual([FIRST_JOB_VERSION, JOB_VERSION, JOB_VERSION]);
    for (let i = 0; i < versions.length; i++) await (await worker.take()).complete();
  });
});

describe('queue_timeout_seconds', () => {
  it.each([0, 2_592_001, 1.5, '9', null])('rejects %j', async (queue_timeout_seconds) => {
    expect(await rejected({ queue_timeout_seconds })).toMatchObject({ field: 'queue_timeout_seconds' });
  });

  it('fails a task that was not started in time as `expired`, and delivers its webhook', async () => {
    await using other = await startApi({ WEBHOOK_ALLOWED_HOSTS: 'localhost' });
    const callback_url = receiver.url('/expired');
    const submitted = await other.submit({ text: 'a', queue_timeout_seconds: 60, callback_url });
    const { request_id: id } = submitted;
    expect(submitted).toMatchObject({ queue_timeout_seconds: 60 });
    const { request_id: next } = await other.submit({ text: 'b', queue_timeout_seconds: 60 });
    // As if the first one had waited for that time.
    await other.redis.hset(other.tasks.toKey(id), 'timestamp', Date.now() - 61_000);
    await other.start('worker');
    expect(await other.view(id, 'wait=30')).toMatchObject({
      status: 'failed',
      started_at: null,
      error: { code: 'expired', message: 'The task was not started within its queue timeout of 60 seconds' },
    });
    expect(await other.view(next, 'wait=30')).toMatchObject({ status: 'done' });
    const [delivered] = await receiver.arrived('/expired', 1);
    expect(JSON.parse(delivered?.body ?? '')).toMatchObject({ request_id: id, error: { code: 'expired' } });
  });
});
