import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, startRedis } from '@primes/testing';
import { openFixture, type Fixture, type TaskJob } from './fixture.ts';
import { REJECTIONS, rejectCommands, type Rejection } from './rejecting-redis.ts';
import { startWorker } from './worker.ts';

const HOUR_MS = 3_600_000;
const MISCONF = REJECTIONS.find(({ code }) => code === 'MISCONF') as Rejection;
const WRONG = [
  ['behind', -HOUR_MS],
  ['ahead', HOUR_MS],
] as const;

/** Changes the wall clock of this process. */
function step(ms: number): void {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}
afterEach(() => {
  jest.restoreAllMocks();
});

/** Adds a task, which a worker starts, and hands over when it is stopped. */
async function handedOver(fixture: Fixture) {
  await using worker = await startWorker(fixture);
  const job = await fixture.add({ held: true, timeoutSeconds: 60 });
  await eventually(() => {
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started']);
  });
  await worker.stop();
  return job;
}

/** Waits until the worker has renewed the lock of a task. */
async function lockRenewed({ redis, queue }: Fixture, { id = '' }: TaskJob) {
  const key = `${queue.toKey(id)}:lock`;
  const token = await eventually(async () => {
    const held = await redis.get(key);
    expect(held).not.toBeNull();
    return held;
  });
  let leftMs = await redis.pttl(key);
  await eventually(
    async () => {
      const before = leftMs;
      leftMs = await redis.pttl(key);
      // Another token is that of another run, after the lock has expired.
      expect(await redis.get(key)).toBe(token);
      expect(leftMs).toBeGreaterThan(before);
    },
    { timeoutMs: 30_000 },
  );
}

describe('a worker whose clock is wrong by an hour', () => {
  it.each(WRONG)('and %s keeps the lock of a running task', async (_, ms) => {
    await using fixture = await openFixture();
    step(ms);
    await using worker = await startWorker(fixture);
    const job = await fixture.add({ held: true });
    await lockRenewed(fixture, job);
    await fixture.release();
    await fixture.ended(job);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
  });

  it('since a task has started keeps the lock', async () => {
    await using fixture = await openFixture();
    await using worker = await startWorker(fixture);
    const job = await fixture.add({ held: true });
    await lockRenewed(fixture, job);
    step(-HOUR_MS);
    await lockRenewed(fixture, job);
    await fixture.release();
    await fixture.ended(job);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
  });

  it.each(WRONG)('and %s hands over a task: another one ends it', async (_, ms) => {
    await using fixture = await openFixture();
    step(ms);
    const job = await handedOver(fixture);
    jest.restoreAllMocks();
    await using worker = await startWorker(fixture);
    await fixture.release();
    const ended = await fixture.ended(job);
    expect(await ended.getState()).toBe('completed');
    expect(Math.abs(ended.returnvalue.startedAt - Date.now())).toBeLessThan(HOUR_MS / 2);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
  });

  it('and ahead ends a task of another one', async () => {
    await using fixture = await openFixture();
    const job = await handedOver(fixture);
    step(HOUR_MS);
    await using worker = await startWorker(fixture);
    await fixture.release();
    expect(await (await fixture.ended(job)).getState()).toBe('completed');
    const [, completed] = worker.linesOf(job);
    expect(completed?.msg).toBe('task completed');
    expect(Math.abs(Number(completed?.['duration_ms']))).toBeLessThan(HOUR_MS / 2);
  });
});

describe('the metric of the wait for a worker', () => {
  it.each(WRONG)('is right in a worker whose clock is an hour %s', async (_, ms) => {
    await using fixture = await openFixture();
    const job = await fixture.add();
    step(ms);
    await using worker = await startWorker(fixture);
    await fixture.ended(job);
    const metric = await worker.registry.getSingleMetricAsString('echo_task_wait_seconds');
    const [, sum] = /^echo_task_wait_seconds_sum(?:\{.*\})? (\S+)$/m.exec(metric) ?? [];
    expect(Math.abs(Number(sum))).toBeLessThan(HOUR_MS / 2_000);
  });
});

describe('a delayed task', () => {
  it('is not started early by a worker whose clock is ahead', async () => {
    await using fixture = await openFixture();
    const delayed = await fixture.add({}, { delay: HOUR_MS / 2 });
    const other = await fixture.add();
    step(HOUR_MS);
    await using worker = await startWorker(fixture);
    await fixture.ended(other);
    // The worker has fetched again after the first task.
    await fixture.ended(await fixture.add());
    expect(await delayed.getState()).toBe('delayed');
    expect(worker.linesOf(delayed)).toEqual([]);
  });

  it('is started by a worker whose clock is behind', async () => {
    await using fixture = await openFixture();
    const delayed = await fixture.add({}, { delay: 500 });
    step(-HOUR_MS);
    await using worker = await startWorker(fixture);
    expect(await (await fixture.ended(delayed)).getState()).toBe('completed');
    expect(worker.linesOf(delayed)).toHaveLength(2);
  });

  it('is retried on time after a failure in a worker whose clock is ahead', async () => {
    await using fixture = await openFixture();
    step(HOUR_MS);
    const failing = await startWorker(fixture);
    const job = await fixture.add({ throws: 1 }, { backoff: { type: 'fixed', delay: 3_000 } });
    await eventually(async () => {
      expect(await job.getState()).toBe('delayed');
    });
    await failing.stop();
    jest.restoreAllMocks();
    await using worker = await startWorker(fixture);
    expect(await (await fixture.ended(job)).getState()).toBe('completed');
    expect(worker.linesOf(job)).toHaveLength(2);
  });

  it('is retried on time if Redis first rejects that', async () => {
    await using own = await startRedis();
    await using fixture = await openFixture(own);
    await using elsewhere = await openFixture();
    step(HOUR_MS);
    await using worker = await startWorker(fixture, { STORE_REDIS_URL: elsewhere.url });
    const job = await fixture.add({ held: true, throws: 1 }, { backoff: { type: 'fixed', delay: 3_000 } });
    await eventually(() => {
      expect(worker.linesOf(job)).toHaveLength(1);
    });
    using rejecting = await rejectCommands(own, MISCONF);
    await fixture.release(elsewhere.redis);
    await eventually(async () => {
      expect(await rejecting.count(MISCONF.code)).toBeGreaterThan(2);
    });
    await rejecting.end();
    expect(await (await fixture.ended(job)).getState()).toBe('completed');
  });
});
