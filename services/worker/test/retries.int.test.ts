import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema, decodeFailure, encodeFailure } from '@primes/contracts';
import { eventually, testRedisUrl } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { UnrecoverableError } from 'bullmq';
import { echoData, openEvents, openFixture, openQueue } from './fixture.ts';
import { startWorker } from './worker.ts';

describe('a run that fails', () => {
  it('is retried twice with a delay, and then fails the task as crashed', async () => {
    await using fixture = await openFixture();
    await using events = await openEvents(fixture);
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ throws: 3 }));
    expect(decodeFailure(job.failedReason).code).toBe('crashed');
    expect(job.failedReason).toMatch(/The input asks for a failure/);
    expect([await job.getState(), job.attemptsMade, job.attemptsStarted]).toEqual(['failed', 3, 3]);
    await eventually(() => {
      expect([events.count('delayed', job), events.count('failed', job)]).toEqual([2, 1]);
    });
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual([
      'task started',
      'task will be retried',
      'task started',
      'task will be retried',
      'task started',
      'task failed',
    ]);
    const ends = worker.linesOf(job).filter(({ msg }) => msg !== 'task started');
    const times = { wait_ms: expect.any(Number), duration_ms: expect.any(Number) };
    expect(ends).toMatchObject([1, 2, 3].map((attempt) => ({ attempt, ...times })));
    expect(await fixture.counters()).toEqual({ failed: '1' });
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(1);
    expect(await worker.metric('echo_active_computations')).toBe(0);
  });

  it('uses one attempt, and the next run continues where it stopped', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ steps: 2, throws: 1 }));
    expect(await job.getState()).toBe('completed');
    expect(job.attemptsMade).toBe(2);
    // The second run repeated no step.
    expect(job.returnvalue.result).toEqual({ text: '', steps: 2 });
    // The start time is that of the first attempt.
    expect(job.returnvalue.startedAt).toBe(JobProgressSchema.parse(job.progress).startedAt);
    expect(job.returnvalue.startedAt).toBeLessThan(job.processedOn ?? 0);
    expect(await worker.metric('echo_task_submissions_total', { status: 'completed' })).toBe(1);
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(0);
  });

  it('that cannot succeed fails the task at once, with a message for the client', async () => {
    const failure = new UnrecoverableError(encodeFailure('invalid', 'Expected text, received none'));
    const runner = { open: () => ({ run: () => Promise.reject(failure) }) };
    await using fixture = await openQueue({ type: echo, runner }, testRedisUrl());
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add(echoData().task));
    expect(decodeFailure(job.failedReason)).toEqual({
      code: 'invalid',
      message: 'Expected text, received none',
    });
    expect(job.attemptsMade).toBe(1);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task failed']);
  });
});

describe('the timeout', () => {
  it('fails a task without retries', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ held: true, timeoutSeconds: 1 }));
    expect(decodeFailure(job.failedReason)).toMatchObject({ code: 'timeout' });
    expect(job.attemptsMade).toBe(1);
    expect(await fixture.counters()).toEqual({ failed: '1' });
    expect(await worker.metric('echo_active_computations')).toBe(0);
  });

  it('counts from the start of the first run, even after a hand-over', async () => {
    await using fixture = await openFixture();
    const added = await fixture.add({ held: true, timeoutSeconds: 600 });
    const first = await startWorker(fixture);
    await eventually(() => {
      expect(first.linesOf(added).map(({ msg }) => msg)).toEqual(['task started']);
    });
    const { processedOn = 0 } = await fixture.job(added.id ?? '');
    await first[Symbol.asyncDispose]();
    const between = await fixture.job(added.id ?? '');
    const progress = JobProgressSchema.parse(between.progress);
    expect(progress.startedAt).toBeGreaterThanOrEqual(processedOn);
    // As if the first worker had run it for ten minutes.
    await between.updateProgress({ ...progress, startedAt: progress.startedAt - 600_000 });

    await using second = await startWorker(fixture);
    const job = await fixture.ended(added);
    expect(decodeFailure(job.failedReason)).toEqual({
      code: 'timeout',
      message: 'The task exceeded its timeout of 600 seconds',
    });
    expect([job.attemptsMade, job.attemptsStarted]).toEqual([1, 2]);
    expect(second.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task failed']);
    expect(JobProgressSchema.parse(job.progress).startedAt).toBe(progress.startedAt - 600_000);
  });
});
