import { describe, expect, it } from '@jest/globals';
import { eventually, startRedis } from '@primes/testing';
import { openFixture } from './fixture.ts';
import { REJECTIONS, rejectCommands } from './rejecting-redis.ts';
import { startWorker } from './worker.ts';

describe.each(REJECTIONS)('a queue whose Redis rejects commands with $code', (rejection) => {
  const { code } = rejection;

  it('is retried at intervals, logged once, and served again as soon as Redis accepts commands', async () => {
    await using own = await startRedis();
    await using fixture = await openFixture(own);
    const jobs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => fixture.add()));
    using rejecting = await rejectCommands(own, rejection);
    await using worker = await startWorker(fixture);
    let polls = 0;
    await eventually(async () => {
      polls++;
      expect(await rejecting.count(code)).toBeGreaterThan(2);
    });
    // Without our delay, BullMQ fetches 19,000 times a second: hundreds of times for each poll, on any machine.
    expect(await rejecting.count(code)).toBeLessThan(10 * polls);
    await rejecting.end();
    for (const job of jobs) expect((await fixture.ended(job)).attemptsMade).toBe(1);
    await eventually(() => {
      expect([...new Set(worker.processMessages())]).toEqual(rejection.messages);
    });
  });

  it('counts no failed attempt for a task whose end it rejects', async () => {
    await using own = await startRedis();
    await using fixture = await openFixture(own);
    await using elsewhere = await openFixture();
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: elsewhere.url });
    const jobs = await Promise.all([fixture.add({ held: true }), fixture.add({ held: true })]);
    await eventually(async () => {
      expect(await fixture.queue.getActiveCount()).toBe(2);
    });
    using rejecting = await rejectCommands(own, rejection);
    await fixture.release(elsewhere.redis);
    await eventually(async () => {
      expect(await rejecting.count(code)).toBeGreaterThan(2);
    });
    await rejecting.end();
    for (const job of jobs) {
      const { attemptsMade, failedReason } = await fixture.ended(job);
      expect([attemptsMade, failedReason]).toEqual([1, undefined]);
      expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
    }
  });
});
