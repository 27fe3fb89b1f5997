import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { openFixture, type Fixture, type TaskJob } from './fixture.ts';
import { startWorker, type TestWorker } from './worker.ts';

async function started(fixture: Fixture, { id = '' }: TaskJob, times = 1): Promise<void> {
  await eventually(async () => {
    const job = await fixture.job(id);
    expect([job.attemptsStarted, await job.getState()]).toEqual([times, 'active']);
  });
}

function messages(worker: TestWorker, job: TaskJob): string[] {
  return worker.linesOf(job).map(({ msg }) => msg);
}

/** Simulates an outage of Redis, or a pause of this process, that is longer than the lock lasts. */
async function loseLock(fixture: Fixture, { id = '' }: TaskJob): Promise<void> {
  const connection = new Redis(fixture.url, { maxRetriesPerRequest: null });
  const checker = new Worker(fixture.queue.name, null, {
    connection,
    prefix: fixture.prefix,
    autorun: false,
    stalledInterval: 20,
    maxStalledCount: 10,
  });
  await fixture.redis.del(`${fixture.queue.toKey(id)}:lock`);
  await checker.startStalledCheckTimer();
  await eventually(async () => {
    // A check prevents further checks by all workers for its interval.
    await fixture.redis.del(fixture.queue.toKey('stalled-check'));
    expect((await fixture.job(id)).stalledCounter).toBe(1);
  });
  await checker.close();
  connection.disconnect();
}

describe('a worker that stops', () => {
  it('hands its task over, and another worker continues it', async () => {
    await using fixture = await openFixture();
    const first = await startWorker(fixture);
    const added = await fixture.add({ steps: 10, held: true });
    await eventually(async () => {
      const { progress } = await fixture.job(added.id ?? '');
      expect(JobProgressSchema.parse(progress).done).toBe(9);
    });
    await first.stop();
    const between = await fixture.job(added.id ?? '');
    expect([await between.getState(), between.attemptsMade]).toEqual(['waiting', 0]);
    const { startedAt, counts } = JobProgressSchema.parse(between.progress);
    expect(counts).toEqual({ steps: 9 });
    expect(await first.metric('echo_tasks_handed_over_total')).toBe(1);
    expect(await first.metric('echo_active_computations')).toBe(0);
    expect(messages(first, added)).toEqual(['task started', 'task handed over']);
    await first[Symbol.asyncDispose]();

    await fixture.release();
    await using second = await startWorker(fixture);
    const job = await fixture.ended(added);
    expect([await job.getState(), job.attemptsMade, job.attemptsStarted]).toEqual(['completed', 1, 2]);
    // The two runs together did each step once.
    expect(job.returnvalue).toEqual({ startedAt, result: { text: '', steps: 10 } });
    expect(messages(second, added)).toEqual(['task started', 'task completed']);
    expect(await fixture.counters()).toEqual({ completed: '1' });
  });

  it('hands a prioritized task over to an idle worker', async () => {
    await using fixture = await openFixture();
    const first = await startWorker(fixture);
    const added = await fixture.add({ held: true, priority: 5 });
    await started(fixture, added);
    await using second = await startWorker(fixture);
    await first[Symbol.asyncDispose]();
    await started(fixture, added, 2);
    expect(messages(second, added)).toEqual(['task started']);
    await fixture.release();
    const job = await fixture.ended(added);
    expect([await job.getState(), job.attemptsMade, job.priority]).toEqual(['completed', 1, 5]);
  });

  it('takes no more tasks', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    await worker.stop();
    const added = await fixture.add();
    expect(await added.getState()).toBe('waiting');
    await using other = await startWorker(fixture);
    expect((await fixture.ended(added)).attemptsStarted).toBe(1);
    expect(messages(other, added)).toEqual(['task started', 'task completed']);
    expect(messages(worker, added)).toEqual([]);
  });
});

describe('a worker that stops while Redis is unavailable', () => {
  it('does not wait for Redis without a running task', async () => {
    await using redis = await startRedis();
    await using fixture = await openFixture({ url: redis.url });
    await using worker = await startWorker(fixture);
    await fixture.ended(await fixture.add());
    await redis.stop();
    await worker.stop();
  });

  it('waits for Redis to hand its task over', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using fixture = await openFixture({ url: redis.url });
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await started(fixture, added);
    await redis.stop();
    const stopped = worker.stop();
    await redis.start();
    await stopped;
    const job = await fixture.job(added.id ?? '');
    expect([await job.getState(), job.attemptsMade]).toEqual(['waiting', 0]);
  });
});

describe('a task whose lock was lost', () => {
  it('is run again in the same process once its first run has ended', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await started(fixture, added);
    await loseLock(fixture, added);
    // The second run aborts the first, which still runs, and ends; the third run works.
    await started(fixture, added, 3);
    await eventually(() => {
      expect(messages(worker, added)).toEqual(['task started', 'task lock lost', 'task started']);
    });
    expect(await worker.metric('echo_active_computations')).toBe(1);
    await fixture.release();
    const job = await fixture.ended(added);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect(await fixture.counters()).toMatchObject({ completed: '1' });
    expect(await worker.metric('echo_active_computations')).toBe(0);
  });

  it('is handed over when its process stops', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await started(fixture, added);
    await loseLock(fixture, added);
    await started(fixture, added, 3);
    await worker.stop();
    const job = await fixture.job(added.id ?? '');
    expect([await job.getState(), job.attemptsMade]).toEqual(['waiting', 0]);
  });

  it('is recorded only by the worker that has it now', async () => {
    await using fixture = await openFixture();
    await using first = await startWorker(fixture, { WORKER_CONCURRENCY: '1' });
    const added = await fixture.add({ held: true });
    await started(fixture, added);
    await using second = await startWorker(fixture);
    await loseLock(fixture, added);
    // The first worker has no free slot, and notices the loss when it renews the lock.
    await started(fixture, added, 2);
    await eventually(
      () => {
        expect(messages(first, added)).toEqual(['task started', 'task lock lost']);
      },
      { timeoutMs: 20_000 },
    );
    await fixture.release();
    const job = await fixture.ended(added);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect(messages(second, added)).toEqual(['task started', 'task completed']);
    expect(await fixture.counters()).toMatchObject({ completed: '1' });
  });
});

describe('outages of Redis during a task', () => {
  it('use no attempt: the task is done at its first attempt', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using fixture = await openFixture({ url: redis.url });
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await started(fixture, added);
    for (let outage = 0; outage < 5; outage++) {
      await redis.stop('SIGKILL');
      await redis.start();
    }
    await fixture.release();
    const job = await fixture.ended(added, 40_000);
    expect(messages(worker, added)).toEqual(['task started', 'task completed']);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect(await fixture.counters()).toEqual({ completed: '1' });
    expect(await worker.metric('echo_active_computations')).toBe(0);
  });
});
