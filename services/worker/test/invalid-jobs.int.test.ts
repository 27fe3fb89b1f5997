import { describe, expect, it, jest } from '@jest/globals';
import {
  COMPUTE_JOB,
  JOB_VERSION,
  TASK_QUEUE,
  decodeFailure,
  type JobData,
  type JobResult,
} from '@primes/contracts';
import { eventually } from '@primes/testing';
import { DelayedError, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { openPlace, taskData, type Place, type TaskJob } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

/** Ten minutes: how long a job of a newer version waits for a newer worker. */
const PATIENCE_MS = 600_000;

/** Adds whatever it is given, as a faulty or a newer api might. */
async function addRaw(place: Place, data: unknown): Promise<TaskJob> {
  return place.queue.add(COMPUTE_JOB, data as JobData, { attempts: 3, backoff: 10 });
}

describe('a job whose data no version of ours wrote', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'n=100'],
    ['another queue’s data', { to: 'someone@example.org' }],
    ['n of a wrong type', { ...taskData({ n: 1 }), task: { ...taskData({ n: 1 }).task, n: '100' } }],
    ['n below 1', taskData({ n: 0 })],
  ])('fails as invalid at the first attempt: %s', async (_, data) => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const job = await place.ended(await addRaw(place, data));
    expect(decodeFailure(job.failedReason).code).toBe('invalid');
    expect([await job.getState(), job.attemptsMade]).toEqual(['failed', 1]);
    // The worker lives, and its threads were not bothered.
    expect((await place.ended(await place.add({ n: 10 }))).returnvalue.segmentsComputed).toBe(1);
    expect(await place.counters()).toMatchObject({ failed: '1', completed: '1' });
    expect(await worker.metric('prime_task_submissions_total', { status: 'failed' })).toBe(1);
    expect(await worker.metric('prime_active_computations')).toBe(0);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task failed']);
  });
});

describe('a job of a newer version', () => {
  const newer = () => ({ ...taskData({ n: 100 }), version: JOB_VERSION + 1, shiny: true });

  it('waits for a newer worker without spending an attempt or starting to count its time', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const { id = '' } = await addRaw(place, newer());
    const job = await eventually(async () => {
      const seen = await place.job(id);
      expect(seen.attemptsStarted).toBeGreaterThanOrEqual(2);
      expect(await seen.getState()).toBe('delayed');
      return seen;
    });
    expect({ made: job.attemptsMade, progress: job.progress, data: job.data }).toEqual({
      made: 0,
      progress: 0,
      data: expect.objectContaining({ version: JOB_VERSION + 1, shiny: true }),
    });
    // It comes by every second; that is no news after the first time.
    expect(worker.linesOf({ id }).map(({ msg }) => msg)).toEqual(['task left to a newer worker']);
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });

  it('fails as invalid once no newer worker has come for ten minutes', async () => {
    await using place = await openPlace();
    const { id = '' } = await addRaw(place, newer());
    await place.redis.hset(place.queue.toKey(id), 'timestamp', Date.now() - PATIENCE_MS - 1);
    await using worker = await startWorker(place);
    const job = await place.ended({ id });
    expect(decodeFailure(job.failedReason).code).toBe('invalid');
    expect(job.attemptsMade).toBe(1);
    expect(await worker.metric('prime_task_submissions_total', { status: 'failed' })).toBe(1);
  });

  it('is done by a newer worker beside an old one, which does the old ones meanwhile', async () => {
    await using place = await openPlace();
    await using old = await startWorker(place);
    const connection = new Redis(place.url, { maxRetriesPerRequest: null });
    const tookOver: number[] = [];
    // The next release: it knows both versions, and here leaves version 1 to the old worker.
    const next = new Worker<JobData, JobResult>(
      TASK_QUEUE,
      async (job: Job<JobData, JobResult>, token) => {
        if ((job.data.version as number) <= JOB_VERSION) {
          await job.moveToDelayed(Date.now() + 10, token);
          throw new DelayedError();
        }
        tookOver.push(job.data.version);
        return { startedAt: Date.now(), segmentsComputed: 0, segmentsCached: 1 };
      },
      // As many at a time as the old one takes, or that one would be the quicker for long.
      { connection, prefix: place.prefix, drainDelay: 1, concurrency: 8 },
    );
    try {
      const newerJobs = await Promise.all([1, 2, 3].map(() => addRaw(place, newer())));
      const oldJobs = await Promise.all([1, 2, 3].map(() => place.add({ n: 100 })));
      const ended = await Promise.all([
        ...newerJobs.map((job) => place.finished(job, 50_000)),
        ...oldJobs.map((job) => place.ended(job)),
      ]);
      expect(await Promise.all(ended.map((job) => job.getState()))).toEqual(ended.map(() => 'completed'));
      expect(ended.map(({ attemptsMade }) => attemptsMade)).toEqual(ended.map(() => 1));
      expect(tookOver).toEqual([2, 2, 2]);
      for (const job of oldJobs) expect(old.linesOf(job).map(({ msg }) => msg)).toContain('task done');
      for (const job of newerJobs)
        expect(old.linesOf(job).map(({ msg }) => msg)).not.toContain('task started');
    } finally {
      await next.close();
      connection.disconnect();
    }
  });
});
