import { describe, expect, it } from '@jest/globals';
import { CANCELLED, decodeFailure } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { startWorker } from '../../services/worker/test/worker.ts';
import { openPrimes } from './worker.ts';

describe('a cancelled task', () => {
  it('that runs is interrupted, and does not delay an equal task', async () => {
    await using fixture = await openPrimes();
    // A lease that is not released would delay it for ten minutes.
    await using worker = await startWorker(fixture, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    const last = 140;
    const release = await fixture.hold(last);
    const added = await fixture.add({ n: 30_000_000 });
    await eventually(async () => {
      expect(await fixture.stored()).toBeGreaterThanOrEqual(10);
    });
    await fixture.cancel(await fixture.job(added.id ?? ''));
    const job = await fixture.ended(added);
    expect([job.failedReason, job.attemptsMade]).toEqual([CANCELLED, 1]);
    const stored = await fixture.stored();
    expect(stored).toBe(await worker.metric('prime_segments_sieved_total'));
    expect(stored).toBeLessThan(last);
    expect(await fixture.heldLeases()).toEqual([fixture.keys.lease(last)]);
    expect(await worker.metric('prime_active_computations')).toBe(0);

    await release();
    const equal = await fixture.ended(await fixture.add({ n: 30_000_000 }));
    expect(await equal.getState()).toBe('completed');
    expect(equal.returnvalue.result).toMatchObject({ segments_cached: stored });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(await fixture.stored());
  });

  it("that waits for another worker's segments is interrupted", async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    const release = await fixture.hold(0);
    const added = await fixture.add({ n: 1_000 });
    await eventually(async () => {
      expect(await (await fixture.job(added.id ?? '')).getState()).toBe('active');
    });
    await fixture.cancel(added);
    expect((await fixture.ended(added)).failedReason).toBe(CANCELLED);
    expect(await worker.metric('prime_segments_sieved_total')).toBe(0);
    await release();
  });
});

describe('the timeout', () => {
  it('ends a task while it sieves, and releases its leases', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    // Held, so that the task cannot end on any machine.
    await fixture.hold(200);
    const job = await fixture.ended(await fixture.add({ n: 50_000_000, timeoutSeconds: 1 }));
    expect(decodeFailure(job.failedReason).code).toBe('timeout');
    expect(await fixture.stored()).toBe(await worker.metric('prime_segments_sieved_total'));
    expect(await fixture.heldLeases()).toEqual([fixture.keys.lease(200)]);
  });
});

describe('a store that responds with errors', () => {
  it('does not delay later tasks', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    // The task waits for the store until its timeout.
    const added = await fixture.add({ n: 10_000_000, timeoutSeconds: 15 }, { attempts: 1 });
    await eventually(async () => {
      expect(await fixture.stored()).toBeGreaterThanOrEqual(5);
    });
    await fixture.redis
      .multi()
      .rename(fixture.keys.manifest, `${fixture.prefix}:aside`)
      .set(fixture.keys.manifest, '')
      .exec();
    expect(await (await fixture.ended(added)).getState()).toBe('failed');
    await fixture.redis.rename(`${fixture.prefix}:aside`, fixture.keys.manifest);
    // A lease that was not released would delay the next task for ten minutes.
    expect(await fixture.heldLeases()).toEqual([]);
    const job = await fixture.ended(await fixture.add({ n: 10_000_000 }));
    expect(await job.getState()).toBe('completed');
    expect(await worker.metric('prime_segments_sieved_total')).toBe(await fixture.stored());
  });

  it('is overwritten if the key of a segment has another type', async () => {
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture);
    await fixture.redis.rpush(fixture.keys.segment(0), 'not a string');
    const job = await fixture.ended(await fixture.add({ n: 1_000 }));
    expect([await job.getState(), job.attemptsMade]).toEqual(['completed', 1]);
    expect((await fixture.store.get([0]))[0]).toMatchObject({ segment: 0 });
    expect(await worker.metric('prime_segments_sieved_total')).toBe(1);
  });
});
