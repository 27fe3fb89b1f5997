import { decodeFailure } from '@primes/contracts';
import { describe, expect, it } from '@jest/globals';
import { openFixture } from './fixture.ts';
import { startWorker } from './worker.ts';

describe('queueTimeoutSeconds', () => {
  it('fails a task that was not started in time, without running it', async () => {
    await using fixture = await openFixture();
    const timestamp = Date.now() - 61_000;
    const late = await fixture.add({ queueTimeoutSeconds: 60 }, { timestamp });
    const inTime = await fixture.add({ queueTimeoutSeconds: 60 }, { timestamp: timestamp + 30_000 });
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(late);
    expect(decodeFailure(job.failedReason).code).toBe('expired');
    expect([job.attemptsMade, job.progress]).toEqual([1, 0]);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task failed']);
    expect(await (await fixture.ended(inTime)).getState()).toBe('completed');
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(1);
    expect(await fixture.counters()).toEqual({ failed: '1', completed: '1' });
  });

  it('counts from the time at which the task may start', async () => {
    await using fixture = await openFixture();
    const waits = { timestamp: Date.now() - 61_000, delay: 60_000 };
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(await fixture.add({ queueTimeoutSeconds: 30 }, waits));
    expect(await job.getState()).toBe('completed');
    const [end] = worker.linesOf(job).filter(({ msg }) => msg === 'task completed');
    expect(Number(end?.['wait_ms'])).toBeLessThan(60_000);
  });

  it('does not apply to a task that was started, and is retried later', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const backoff = { type: 'fixed', delay: 1_500 };
    const job = await fixture.ended(await fixture.add({ throws: 1, queueTimeoutSeconds: 1 }, { backoff }));
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 2]);
    expect(worker.linesOf(job).at(-1)?.msg).toBe('task completed');
  });

  it('leaves a cancelled task cancelled', async () => {
    await using fixture = await openFixture();
    const late = await fixture.add({ queueTimeoutSeconds: 60 }, { timestamp: Date.now() - 61_000 });
    await fixture.cancel(late);
    await using worker = await startWorker(fixture);
    expect((await fixture.ended(late)).failedReason).toBe('cancelled');
    expect(await worker.metric('echo_task_submissions_total', { status: 'cancelled' })).toBe(1);
  });
});
