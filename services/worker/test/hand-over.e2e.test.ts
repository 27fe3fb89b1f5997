import { describe, expect, it, jest } from '@jest/globals';
import { JobProgressSchema, TASK_QUEUE } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { openPlace, type Place, type TaskJob } from './place.ts';
import { startWorker, type TestWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

async function started(place: Place, { id = '' }: TaskJob, times = 1): Promise<void> {
  await eventually(async () => {
    const job = await place.job(id);
    expect([job.attemptsStarted, await job.getState()]).toEqual([times, 'active']);
  });
}

function messages(worker: TestWorker, job: TaskJob): string[] {
  return worker.linesOf(job).map(({ msg }) => msg);
}

/** What happens when Redis, or this process, was away for longer than the lock of the job lasts. */
async function loseLock(place: Place, { id = '' }: TaskJob): Promise<void> {
  const connection = new Redis(place.url, { maxRetriesPerRequest: null });
  const checker = new Worker(TASK_QUEUE, null, {
    connection,
    prefix: place.prefix,
    autorun: false,
    stalledInterval: 20,
    maxStalledCount: 10,
  });
  await place.redis.del(`${place.queue.toKey(id)}:lock`);
  await checker.startStalledCheckTimer();
  await eventually(async () => {
    // Whoever has checked last, keeps all others from checking for as long as its own interval.
    await place.redis.del(place.queue.toKey('stalled-check'));
    expect((await place.job(id)).stalledCounter).toBe(1);
  });
  await checker.close();
  connection.disconnect();
}

describe('a worker that stops', () => {
  it('gives its task back in the middle, and another goes on where it ended', async () => {
    await using place = await openPlace();
    const env = { SIEVE_THREADS: '1', LEASE_MS: '600000' };
    const first = await startWorker(place, env);
    const last = 140;
    const release = await place.hold(last);
    const added = await place.add({ n: 30_000_000 });
    await eventually(async () => {
      expect(await place.stored()).toBeGreaterThanOrEqual(10);
    });
    await first.stop();
    const between = await place.job(added.id ?? '');
    expect([await between.getState(), between.attemptsMade]).toEqual(['waiting', 0]);
    expect(await place.heldLeases()).toEqual([place.keys.lease(last)]);
    const { startedAt, segmentsComputed } = JobProgressSchema.parse(between.progress);
    expect(segmentsComputed).toBe(await place.stored());
    expect(segmentsComputed).toBe(await first.metric('prime_segments_sieved_total'));
    expect(segmentsComputed).toBeLessThan(last);
    expect(await first.metric('prime_tasks_handed_over_total')).toBe(1);
    expect(await first.metric('prime_active_computations')).toBe(0);
    expect(messages(first, added)).toEqual(['task started', 'task handed over']);
    await first[Symbol.asyncDispose]();

    await release();
    await using second = await startWorker(place, env);
    const job = await place.ended(added);
    const stored = await place.stored();
    expect([await job.getState(), job.attemptsMade, job.attemptsStarted]).toEqual(['completed', 1, 2]);
    expect(job.returnvalue).toEqual({ startedAt, segmentsComputed: stored, segmentsCached: 0 });
    expect(await second.metric('prime_segments_sieved_total')).toBe(stored - segmentsComputed);
    expect(await place.counters()).toMatchObject({ completed: '1', cache_misses: String(stored) });
  });

  it('gives back a prioritized task to an idle worker, which looks by itself', async () => {
    await using place = await openPlace();
    const release = await place.hold(0);
    const first = await startWorker(place);
    const added = await place.add({ n: 1_000, priority: 5 });
    await started(place, added);
    await using second = await startWorker(place);
    await first[Symbol.asyncDispose]();
    await started(place, added, 2);
    expect(messages(second, added)).toEqual(['task started']);
    await release();
    const job = await place.ended(added);
    expect([await job.getState(), job.attemptsMade, job.priority]).toEqual(['completed', 1, 5]);
  });

  it('takes no task any more', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await worker.stop();
    const added = await place.add({ n: 1_000 });
    expect(await added.getState()).toBe('waiting');
    await using other = await startWorker(place);
    expect((await place.ended(added)).attemptsStarted).toBe(1);
    expect(messages(other, added)).toEqual(['task started', 'task done']);
    expect(messages(worker, added)).toEqual([]);
  });
});

describe('a worker that stops while Redis is away', () => {
  it('does not wait for it when it has nothing to give back', async () => {
    await using redis = await startRedis();
    await using place = await openPlace({ url: redis.url });
    await using worker = await startWorker(place);
    await place.ended(await place.add({ n: 1_000 }));
    await redis.stop();
    await worker.stop();
  });

  it('waits for it to give its task back', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using place = await openPlace({ url: redis.url });
    await using worker = await startWorker(place);
    await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await started(place, added);
    await redis.stop();
    const stopped = worker.stop();
    await redis.start();
    await stopped;
    const job = await place.job(added.id ?? '');
    expect([await job.getState(), job.attemptsMade]).toEqual(['waiting', 0]);
  });
});

describe('a task whose lock was lost', () => {
  it('goes on in the same process once its first run there has ended', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await started(place, added);
    await loseLock(place, added);
    // The second run finds the first still going on, ends it and stands aside; the third one works.
    await started(place, added, 3);
    expect(messages(worker, added)).toEqual(['task started', 'task lost', 'task started']);
    expect(await worker.metric('prime_active_computations')).toBe(1);
    await release();
    const job = await place.ended(added);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect(await place.counters()).toMatchObject({ completed: '1', cache_misses: '1' });
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });

  it('is still handed over when its process stops', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await started(place, added);
    await loseLock(place, added);
    await started(place, added, 3);
    await worker.stop();
    const job = await place.job(added.id ?? '');
    expect([await job.getState(), job.attemptsMade]).toEqual(['waiting', 0]);
  });

  it('leaves the record to the worker that has it now', async () => {
    await using place = await openPlace();
    const release = await place.hold(0);
    await using first = await startWorker(place, { WORKER_CONCURRENCY: '1' });
    const added = await place.add({ n: 1_000 });
    await started(place, added);
    await using second = await startWorker(place);
    await loseLock(place, added);
    // The first has no room for it, and hears of its loss with its next renewal.
    await started(place, added, 2);
    await eventually(
      () => {
        expect(messages(first, added)).toEqual(['task started', 'task lost']);
      },
      { timeoutMs: 20_000 },
    );
    await release();
    const job = await place.ended(added);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect(messages(second, added)).toEqual(['task started', 'task done']);
    expect(await place.counters()).toMatchObject({ completed: '1' });
  });
});

describe('outages of Redis in the middle of a task', () => {
  it('are waited for: the task is done at its first attempt', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using place = await openPlace({ url: redis.url });
    await using worker = await startWorker(place, { SIEVE_THREADS: '1' });
    const release = await place.hold(140);
    const added = await place.add({ n: 30_000_000 });
    for (const stored of [10, 30, 50, 70, 90]) {
      await eventually(
        async () => {
          expect(await place.stored()).toBeGreaterThanOrEqual(stored);
        },
        // Right away, while the worker is storing segments.
        { timeoutMs: 20_000, intervalMs: 1 },
      );
      await redis.stop('SIGKILL');
      await redis.start();
    }
    await release();
    const job = await place.ended(added, 40_000);
    expect(messages(worker, added)).toEqual(['task started', 'task done']);
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect((await place.store.manifest()).covers(30_000_000)).toBe(true);
    expect(await place.counters()).toMatchObject({ completed: '1' });
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });
});
