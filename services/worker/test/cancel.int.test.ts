import { describe, expect, it, jest } from '@jest/globals';
import { CANCELLED, cancelChannel } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { openPlace } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

describe('a cancelled task', () => {
  it('that is pending is ended by the first worker, which computes nothing for it', async () => {
    await using place = await openPlace();
    const added = await place.add({ n: 1_000 });
    await place.cancel(added);
    await using worker = await startWorker(place);
    const job = await place.ended(added);
    expect([await job.getState(), job.failedReason, job.attemptsMade]).toEqual(['failed', CANCELLED, 1]);
    expect(await place.stored()).toBe(0);
    expect(await place.counters()).toEqual({ cancelled: '1' });
    expect(await worker.metric('prime_task_submissions_total', { status: 'cancelled' })).toBe(1);
    expect(await worker.metric('prime_task_submissions_total', { status: 'failed' })).toBe(0);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task cancelled']);
  });

  it('that runs is interrupted in the middle, and leaves nothing that holds up an equal one', async () => {
    await using place = await openPlace();
    // With leases of ten minutes, one that is not given back would hold it up for ten minutes.
    await using worker = await startWorker(place, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    const last = 140;
    const release = await place.hold(last);
    const added = await place.add({ n: 30_000_000 });
    await eventually(async () => {
      expect(await place.stored()).toBeGreaterThanOrEqual(10);
    });
    await place.cancel(await place.job(added.id ?? ''));
    const job = await place.ended(added);
    expect([job.failedReason, job.attemptsMade]).toEqual([CANCELLED, 1]);
    const stored = await place.stored();
    expect(stored).toBe(await worker.metric('prime_segments_sieved_total'));
    expect(stored).toBeLessThan(last);
    expect(await place.heldLeases()).toEqual([place.keys.lease(last)]);
    expect(await worker.metric('prime_active_computations')).toBe(0);

    await release();
    const equal = await place.ended(await place.add({ n: 30_000_000 }));
    expect(await equal.getState()).toBe('completed');
    expect(equal.returnvalue).toMatchObject({ segmentsCached: stored });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(await place.stored());
  });

  it('that waits for what others sieve is interrupted too', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await eventually(async () => {
      expect(await (await place.job(added.id ?? '')).getState()).toBe('active');
    });
    await place.cancel(added);
    expect((await place.ended(added)).failedReason).toBe(CANCELLED);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(0);
    await release();
  });

  it('is heard of at once, by the message alone', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await eventually(() => {
      expect(worker.linesOf(added)).toHaveLength(1);
    });
    await place.redis.publish(cancelChannel(place.prefix), added.id ?? '');
    expect((await place.ended(added)).failedReason).toBe(CANCELLED);
    await release();
  });

  it('ends even when the message to its worker was lost', async () => {
    await using place = await openPlace();
    await using worker = await startWorker(place);
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await eventually(() => {
      expect(worker.linesOf(added)).toHaveLength(1);
    });
    await place.cancel(added, { announced: false });
    expect((await place.ended(added)).failedReason).toBe(CANCELLED);
    await release();
  });

  it('between two attempts is not tried again', async () => {
    await using place = await openPlace();
    await place.redis.set(place.keys.manifest, 'not a hash');
    await using worker = await startWorker(place);
    const added = await place.add({ n: 1_000 }, { attempts: 1_000, backoff: 20 });
    await eventually(async () => {
      expect((await place.job(added.id ?? '')).attemptsMade).toBeGreaterThan(0);
    });
    await place.cancel(added);
    const job = await place.ended(added);
    expect([job.failedReason, await job.getState()]).toEqual([CANCELLED, 'failed']);
    expect(worker.linesOf(job).at(-1)).toMatchObject({ msg: 'task cancelled' });
    expect(await place.counters()).toEqual({ cancelled: '1' });
  });
});
