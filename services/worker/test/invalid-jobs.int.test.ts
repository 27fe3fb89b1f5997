import { describe, expect, it } from '@jest/globals';
import {
  COMPUTE_JOB,
  GIVE_UP_AFTER,
  JOB_VERSION,
  decodeFailure,
  type JobData,
  type JobReturnValue,
} from '@primes/contracts';
import { eventually } from '@primes/testing';
import { DelayedError, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { echoData, openFixture, type Fixture, type TaskJob } from './fixture.ts';
import { startWorker } from './worker.ts';

/** Adds any data, as a faulty or newer api might. */
async function addRaw(fixture: Fixture, data: unknown): Promise<TaskJob> {
  return fixture.queue.add(COMPUTE_JOB, data as JobData, { attempts: 3, backoff: 10 });
}

describe('a job with data that no version writes', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'text=a'],
    ['another queue’s data', { to: 'someone@example.org' }],
    ['a field with a wrong type', echoData({ steps: '100' })],
    ['a value below its minimum', echoData({ steps: 0 })],
  ])('fails as invalid at the first attempt: %s', async (_, data) => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await addRaw(fixture, data));
    expect(decodeFailure(job.failedReason).code).toBe('invalid');
    expect([await job.getState(), job.attemptsMade]).toEqual(['failed', 1]);
    // The worker still works.
    expect(await (await fixture.ended(await fixture.add())).getState()).toBe('completed');
    expect(await fixture.counters()).toMatchObject({ failed: '1', completed: '1' });
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(1);
    expect(await worker.metric('echo_active_computations')).toBe(0);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task failed']);
  });
});

describe('a job whose data is no JSON', () => {
  it('fails as invalid at the first attempt', async () => {
    await using fixture = await openFixture();
    const added = await fixture.add();
    await fixture.redis.hset(fixture.queue.toKey(added.id ?? ''), 'data', '{"version":');
    await using worker = await startWorker(fixture);
    await eventually(async () => {
      expect(await fixture.counters()).toEqual({ failed: '1' });
    });
    expect(await added.getState()).toBe('failed');
    expect(await fixture.redis.hmget(fixture.queue.toKey(added.id ?? ''), 'atm', 'stc')).toEqual(['1', null]);
    expect(worker.linesOf(added).map(({ msg }) => msg)).toEqual(['task failed']);
    expect(await (await fixture.ended(await fixture.add())).getState()).toBe('completed');
  });
});

describe('a task whose record someone has deleted', () => {
  it.each(['waits', 'runs'])('leaves nothing behind: it %s', async (when) => {
    await using fixture = await openFixture();
    const task = await fixture.add({ held: when === 'runs' });
    const key = fixture.queue.toKey(task.id ?? '');
    if (when === 'waits') await fixture.redis.del(key);
    await using worker = await startWorker(fixture);
    if (when === 'runs') {
      await eventually(async () => {
        expect(await task.getState()).toBe('active');
      });
      await fixture.redis.del(key, `${key}:lock`);
    }
    await eventually(
      async () => {
        expect(worker.linesOf(task).map(({ msg }) => msg)).toContain('task failed');
        expect(await fixture.redis.exists(key)).toBe(0);
      },
      { timeoutMs: 60_000 },
    );
    expect(await fixture.queue.getJobCounts('waiting', 'active', 'failed')).toEqual({
      waiting: 0,
      active: 0,
      failed: 0,
    });
    // The worker still works.
    expect(await (await fixture.ended(await fixture.add())).getState()).toBe('completed');
  });
});

describe('a job of a newer version', () => {
  const newer = () => ({ ...echoData(), version: JOB_VERSION + 1, shiny: true });

  it('waits for a newer worker without using an attempt or its timeout', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const { id = '' } = await addRaw(fixture, newer());
    const job = await eventually(async () => {
      const seen = await fixture.job(id);
      expect(seen.attemptsStarted).toBeGreaterThanOrEqual(2);
      expect(await seen.getState()).toBe('delayed');
      return seen;
    });
    expect({ made: job.attemptsMade, progress: job.progress, data: job.data }).toEqual({
      made: 0,
      progress: 0,
      data: expect.objectContaining({ version: JOB_VERSION + 1, shiny: true }),
    });
    // It is deferred every second, and logged only the first time.
    expect(worker.linesOf({ id }).map(({ msg }) => msg)).toEqual(['task deferred to newer worker']);
    expect(await worker.metric('echo_active_computations')).toBe(0);
  });

  it('fails as invalid after ten minutes without a newer worker', async () => {
    await using fixture = await openFixture();
    const { id = '' } = await addRaw(fixture, newer());
    await fixture.redis.hset(fixture.queue.toKey(id), 'ats', GIVE_UP_AFTER.startsOnOldWorkers);
    await using worker = await startWorker(fixture);
    const job = await fixture.ended({ id });
    expect(decodeFailure(job.failedReason).code).toBe('invalid');
    expect(job.attemptsMade).toBe(1);
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(1);
  });

  it('waits for a newer worker even if it has waited in the queue for long', async () => {
    await using fixture = await openFixture();
    const { id = '' } = await addRaw(fixture, newer());
    await fixture.redis.hset(fixture.queue.toKey(id), 'timestamp', Date.now() - 86_400_000);
    await using worker = await startWorker(fixture);
    await eventually(async () => {
      const job = await fixture.job(id);
      expect([await job.getState(), job.attemptsMade]).toEqual(['delayed', 0]);
    });
    expect(worker.linesOf({ id }).map(({ msg }) => msg)).toEqual(['task deferred to newer worker']);
  });

  it('is run by a newer worker while an old worker runs jobs of its version', async () => {
    await using fixture = await openFixture();
    await using old = await startWorker(fixture);
    const connection = new Redis(fixture.url, { maxRetriesPerRequest: null });
    const tookOver: number[] = [];
    // The next release supports both versions; here it leaves version 1 to the old worker.
    const next = new Worker<JobData, JobReturnValue>(
      fixture.queue.name,
      async (job: Job<JobData, JobReturnValue>, token) => {
        if ((job.data.version as number) <= JOB_VERSION) {
          await job.moveToDelayed(Date.now() + 10, token);
          throw new DelayedError();
        }
        tookOver.push(job.data.version);
        return { startedAt: Date.now(), result: { text: '', steps: 1 } };
      },
      // The same concurrency as the old worker, which would otherwise be faster.
      { connection, prefix: fixture.prefix, drainDelay: 1, concurrency: 8 },
    );
    try {
      const newerJobs = await Promise.all([1, 2, 3].map(() => addRaw(fixture, newer())));
      const oldJobs = await Promise.all([1, 2, 3].map(() => fixture.add()));
      const ended = await Promise.all([
        ...newerJobs.map((job) => fixture.finished(job, 50_000)),
        ...oldJobs.map((job) => fixture.ended(job)),
      ]);
      expect(await Promise.all(ended.map((job) => job.getState()))).toEqual(ended.map(() => 'completed'));
      expect(ended.map(({ attemptsMade }) => attemptsMade)).toEqual(ended.map(() => 1));
      expect(tookOver).toEqual(newerJobs.map(() => JOB_VERSION + 1));
      for (const job of oldJobs) expect(old.linesOf(job).map(({ msg }) => msg)).toContain('task completed');
      for (const job of newerJobs)
        expect(old.linesOf(job).map(({ msg }) => msg)).not.toContain('task started');
    } finally {
      await next.close();
      connection.disconnect();
    }
  });
});
