import { describe, expect, it } from '@jest/globals';
import { CANCELLED } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { REJECTIONS, rejectCommands } from '../../services/worker/test/rejecting-redis.ts';
import { startWorker } from '../../services/worker/test/worker.ts';
import { openPrimes } from './worker.ts';

describe.each(REJECTIONS)('a store whose Redis rejects commands with $code', (rejection) => {
  const { code } = rejection;

  it('is retried until it accepts commands: no task uses an attempt', async () => {
    await using own = await startRedis();
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: own.url });
    using rejecting = await rejectCommands(own, rejection);
    // Each task needs another segment, so that both writes and leases are rejected.
    const jobs = await Promise.all([10, 100_000, 1_000_000].map((n) => fixture.add({ n })));
    const fresh = await fixture.add({ n: 100_000, fresh: true });
    await eventually(
      async () => {
        expect(await rejecting.count(code)).toBeGreaterThan(7);
      },
      { timeoutMs: 20_000 },
    );
    await rejecting.end();
    for (const job of [...jobs, fresh]) {
      const { attemptsMade, failedReason } = await fixture.ended(job);
      expect([attemptsMade, failedReason]).toEqual([1, undefined]);
      expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
    }
    await eventually(() => {
      expect([...new Set(worker.processMessages())]).toEqual(rejection.messages);
    });
  });

  it('does not prevent a timeout or a cancellation of a task', async () => {
    await using own = await startRedis();
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: own.url });
    using rejecting = await rejectCommands(own, rejection);
    const late = await fixture.add({ n: 10, timeoutSeconds: 2 });
    const cancelled = await fixture.add({ n: 20 });
    await eventually(async () => {
      expect(await rejecting.count(code)).toBeGreaterThan(1);
      expect(worker.linesOf(cancelled)).toHaveLength(1);
    });
    await fixture.cancel(cancelled);
    expect((await fixture.ended(cancelled)).failedReason).toBe(CANCELLED);
    expect((await fixture.ended(late)).failedReason).toMatch(/^timeout: /);
  });

  it('does not prevent a hand-over', async () => {
    await using own = await startRedis();
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: own.url });
    using rejecting = await rejectCommands(own, rejection);
    const job = await fixture.add({ n: 10 });
    await eventually(async () => {
      expect(await rejecting.count(code)).toBeGreaterThan(1);
    });
    await worker.stop();
    expect(await fixture.queue.getWaitingCount()).toBe(1);
    expect((await fixture.job(job.id ?? '')).attemptsMade).toBe(0);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task handed over']);
    await rejecting.end();
  });
});

describe('a store whose Redis does not respond', () => {
  it('does not prevent a hand-over, and another worker completes the task', async () => {
    await using own = await startRedis();
    await using fixture = await openPrimes();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: own.url });
    own.signal('SIGSTOP');
    const job = await fixture.add({ n: 10 });
    await eventually(() => {
      expect(worker.linesOf(job)).toHaveLength(1);
    });
    await worker.stop();
    own.signal('SIGCONT');
    expect(await fixture.queue.getWaitingCount()).toBe(1);
    await using other = await startWorker(fixture, { STORE_REDIS_URL: own.url });
    expect((await fixture.ended(job)).attemptsMade).toBe(1);
    expect(other.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
  });
});
