import { describe, expect, it, jest } from '@jest/globals';
import { JobProgressSchema, decodeFailure } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { openEvents, openPlace } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

describe('a store that answers with errors', () => {
  it('is tried three times with a wait between, and then the task has crashed', async () => {
    await using place = await openPlace();
    await using events = await openEvents(place);
    await place.redis.set(place.keys.manifest, 'not a hash');
    await using worker = await startWorker(place);
    const job = await place.ended(await place.add({ n: 1_000 }));
    expect(decodeFailure(job.failedReason).code).toBe('crashed');
    expect(job.failedReason).toMatch(/WRONGTYPE/);
    expect([await job.getState(), job.attemptsMade, job.attemptsStarted]).toEqual(['failed', 3, 3]);
    await eventually(() => {
      expect([events.count('delayed', job), events.count('failed', job)]).toEqual([2, 1]);
    });
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual([
      'task started',
      'task will be tried again',
      'task started',
      'task will be tried again',
      'task started',
      'task failed',
    ]);
    expect(await place.counters()).toEqual({ failed: '1' });
    expect(await worker.metric('prime_task_submissions_total', { status: 'failed' })).toBe(1);
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });

  it('costs no more than attempts when it is mended in between', async () => {
    await using place = await openPlace();
    await place.redis.set(place.keys.manifest, 'not a hash');
    await using worker = await startWorker(place);
    const added = await place.add({ n: 1_000 }, { attempts: 1_000, backoff: 20 });
    await eventually(async () => {
      expect((await place.job(added.id ?? '')).attemptsMade).toBeGreaterThan(0);
    });
    await place.redis.del(place.keys.manifest);
    const job = await place.ended(added);
    expect(await job.getState()).toBe('completed');
    expect(job.attemptsMade).toBeGreaterThan(1);
    expect(job.returnvalue).toMatchObject({ segmentsComputed: 1, segmentsCached: 0 });
    // The first start is what counts, over all attempts.
    expect(job.returnvalue.startedAt).toBe(JobProgressSchema.parse(job.progress).startedAt);
    expect(job.returnvalue.startedAt).toBeLessThan(job.processedOn ?? 0);
    expect(await worker.metric('prime_task_submissions_total', { status: 'completed' })).toBe(1);
    expect(await worker.metric('prime_task_submissions_total', { status: 'failed' })).toBe(0);
  });

  it('holds up nobody after it has failed', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    const added = await place.add({ n: 10_000_000 }, { attempts: 1 });
    await eventually(async () => {
      expect(await place.stored()).toBeGreaterThanOrEqual(5);
    });
    await place.redis
      .multi()
      .rename(place.keys.manifest, `${place.prefix}:aside`)
      .set(place.keys.manifest, '')
      .exec();
    expect(await (await place.ended(added)).getState()).toBe('failed');
    await place.redis.rename(`${place.prefix}:aside`, place.keys.manifest);
    // A lease of ten minutes that was not given back would keep the next one waiting as long.
    expect(await place.heldLeases()).toEqual([]);
    const job = await place.ended(await place.add({ n: 10_000_000 }));
    expect(await job.getState()).toBe('completed');
    expect(await worker.metric('prime_segments_sieved_total')).toBe(await place.stored());
  });

  it('is overwritten where the bytes of a segment belong', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    await place.redis.rpush(place.keys.segment(0), 'not a string');
    const job = await place.ended(await place.add({ n: 1_000 }));
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect((await place.store.get([0]))[0]).toMatchObject({ segment: 0 });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(1);
  });
});

describe('the timeout', () => {
  it('ends a task that waits for others, and is not tried again', async () => {
    await using place = await openPlace();
    await place.hold(0);
    await using worker = await startWorker(place);
    const job = await place.ended(await place.add({ n: 1_000, timeoutSeconds: 1 }));
    expect(decodeFailure(job.failedReason)).toMatchObject({ code: 'timeout' });
    expect(job.attemptsMade).toBe(1);
    const { startedAt } = JobProgressSchema.parse(job.progress);
    expect((job.finishedOn ?? 0) - startedAt).toBeGreaterThanOrEqual(1_000);
    expect(await place.counters()).toEqual({ failed: '1' });
    expect(await worker.metric('prime_active_computations')).toBe(0);
  });

  it('ends a task in the middle of the sieving, and gives back its leases', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    // However fast the machine, it cannot get past this one.
    await place.hold(200);
    const job = await place.ended(await place.add({ n: 50_000_000, timeoutSeconds: 1 }));
    expect(decodeFailure(job.failedReason).code).toBe('timeout');
    expect(await place.stored()).toBe(await worker.metric('prime_segments_sieved_total'));
    expect(await place.heldLeases()).toEqual([place.keys.lease(200)]);
  });

  it('counts from the first start of work, over a hand-over', async () => {
    await using place = await openPlace();
    await place.hold(0);
    const added = await place.add({ n: 1_000, timeoutSeconds: 600 });
    const first = await startWorker(place);
    await eventually(() => {
      expect(first.linesOf(added).map(({ msg }) => msg)).toEqual(['task started']);
    });
    const { processedOn = 0 } = await place.job(added.id ?? '');
    await first[Symbol.asyncDispose]();
    const between = await place.job(added.id ?? '');
    const progress = JobProgressSchema.parse(between.progress);
    expect(progress.startedAt).toBeGreaterThanOrEqual(processedOn);
    // As if the first worker had had it for ten minutes.
    await between.updateProgress({ ...progress, startedAt: progress.startedAt - 600_000 });

    await using second = await startWorker(place);
    const job = await place.ended(added);
    expect(decodeFailure(job.failedReason)).toEqual({
      code: 'timeout',
      message: 'It took longer than 600 seconds',
    });
    expect([job.attemptsMade, job.attemptsStarted]).toEqual([1, 2]);
    expect(second.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task failed']);
    expect(JobProgressSchema.parse(job.progress).startedAt).toBe(progress.startedAt - 600_000);
  });
});
