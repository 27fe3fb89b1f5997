import { describe, expect, it } from '@jest/globals';
import { CANCELLED, cancelChannel } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { openFixture } from './fixture.ts';
import { startWorker } from './worker.ts';

describe('a cancelled task', () => {
  it('that is pending is ended by the first worker, without a run', async () => {
    await using fixture = await openFixture();
    const added = await fixture.add();
    await fixture.cancel(added);
    await using worker = await startWorker(fixture);
    const job = await fixture.ended(added);
    expect([await job.getState(), job.failedReason, job.attemptsMade]).toEqual(['failed', CANCELLED, 1]);
    expect(job.progress).toMatchObject({ counts: {}, total: 0 });
    expect(await fixture.counters()).toEqual({ cancelled: '1' });
    expect(await worker.metric('echo_task_submissions_total', { status: 'cancelled' })).toBe(1);
    expect(await worker.metric('echo_task_submissions_total', { status: 'failed' })).toBe(0);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task cancelled']);
  });

  it('is interrupted at once by the published message', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await eventually(() => {
      expect(worker.linesOf(added)).toHaveLength(1);
    });
    await fixture.redis.publish(cancelChannel(fixture.prefix, fixture.queue.name), added.id ?? '');
    expect((await fixture.ended(added)).failedReason).toBe(CANCELLED);
  });

  it('ends even if the message to its worker is lost', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ held: true });
    await eventually(() => {
      expect(worker.linesOf(added)).toHaveLength(1);
    });
    await fixture.cancel(added, { announced: false });
    expect((await fixture.ended(added)).failedReason).toBe(CANCELLED);
  });

  it('is not retried after a failed attempt', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ throws: 10 }, { attempts: 1_000, backoff: 2_000 });
    await eventually(async () => {
      expect((await fixture.job(added.id ?? '')).attemptsMade).toBeGreaterThan(0);
    });
    await fixture.cancel(added);
    const job = await fixture.ended(added);
    expect([job.failedReason, await job.getState()]).toEqual([CANCELLED, 'failed']);
    expect(worker.linesOf(job).at(-1)).toMatchObject({ msg: 'task cancelled' });
    expect(await fixture.counters()).toEqual({ cancelled: '1' });
  });
});
