import { eventually } from '@primes/testing';
import { describe, expect, it, jest } from '@jest/globals';
import { startGateway, type TestGateway } from './gateway.ts';

/** So long that only events cause samples during a test. */
const BY_EVENTS_ALONE = { SAMPLE_INTERVAL_MS: '60000' };

async function samplesOfQueue({ registry }: TestGateway): Promise<number> {
  const found = (await registry.getMetricsAsJSON()).find(
    ({ name }) => name === 'echo_sample_duration_seconds',
  );
  const series = found?.values as { metricName?: string; labels: { sample?: string }; value: number }[];
  return (
    series.find(({ metricName, labels }) => metricName?.endsWith('_count') && labels.sample === 'queue')
      ?.value ?? 0
  );
}

describe('sampling', () => {
  it('takes a sample after each event of the queue', async () => {
    await using gateway = await startGateway(BY_EVENTS_ALONE);
    const { tasks, samplers } = gateway;
    const sees = (expected: object) =>
      eventually(() => {
        expect(samplers.queue.latest()?.value).toMatchObject(expected);
      });
    const task = await tasks.add('compute', {});
    await sees({ counts: { waiting: 1 }, paused: false });
    await tasks.add('compute', {}, { priority: 3 });
    await sees({ counts: { waiting: 1, prioritized: 1 } });
    await tasks.add('compute', {}, { delay: 3_600_000 });
    await sees({ counts: { waiting: 1, prioritized: 1, delayed: 1, dueDelayed: 0 } });
    await tasks.pause();
    await sees({ paused: true });
    await tasks.resume();
    await sees({ paused: false });
    await task.remove();
    await sees({ counts: { waiting: 0, prioritized: 1, delayed: 1 } });
  });

  it('counts the tasks that are due by the time of Redis, with any clock', async () => {
    await using gateway = await startGateway(BY_EVENTS_ALONE);
    await gateway.tasks.add('compute', {}, { delay: 1 });
    const { now } = Date;
    for (const hours of [-1, 1]) {
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000);
      // By the first clock, this one is due in two hours; by the second, at once.
      await gateway.tasks.add('compute', {}, { timestamp: now(), delay: 1_800_000 });
      await eventually(() => {
        const counts = { delayed: (hours + 5) / 2, dueDelayed: 1 };
        expect(gateway.samplers.queue.latest()?.value).toMatchObject({ counts });
      });
      clock.mockRestore();
    }
  });

  it.each<[what: string, damage: (redis: TestGateway['redis'], key: string) => Promise<unknown>]>([
    ['its data are no JSON', (redis, key) => redis.hset(key, 'data', 'x')],
    ['it has no time', (redis, key) => redis.hdel(key, 'timestamp')],
    ['it has another type', (redis, key) => redis.set(key, 'x')],
  ])('counts the tasks behind one whose record is damaged: %s', async (_, damage) => {
    await using gateway = await startGateway(BY_EVENTS_ALONE);
    const { redis, tasks, samplers } = gateway;
    const { id = '' } = await tasks.add('compute', {});
    await damage(redis, tasks.toKey(id));
    await tasks.add('compute', {});
    await eventually(() => {
      expect(samplers.queue.latest()?.value).toMatchObject({
        counts: { waiting: 2 },
        oldestWaitingSeconds: 0,
      });
    });
  });

  it('takes a count below zero for none, as when a failed task is retried whose end was not counted', async () => {
    await using gateway = await startGateway(BY_EVENTS_ALONE);
    const { redis, tasks, samplers } = gateway;
    await redis.hset(tasks.toKey('metrics:failed'), 'count', -1);
    await tasks.add('compute', {});
    await eventually(() => {
      expect(samplers.queue.latest()?.value).toMatchObject({ counts: { waiting: 1 }, tally: { failed: 0 } });
    });
  });

  it('takes few samples for many events', async () => {
    await using gateway = await startGateway(BY_EVENTS_ALONE);
    const { tasks, samplers } = gateway;
    await eventually(() => {
      expect(samplers.queue.latest()).toBeDefined();
    });
    const before = await samplesOfQueue(gateway);
    const start = performance.now();
    // One after the other, so that each is a separate event.
    for (let i = 0; i < 100; i++) await tasks.add('compute', {});
    await eventually(() => {
      expect(samplers.queue.latest()?.value.counts.waiting).toBe(100);
    });
    const taken = (await samplesOfQueue(gateway)) - before;
    // At most one per 50 ms, including the first and the last, for any speed of the machine.
    const most = Math.floor((performance.now() - start) / 50) + 2;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(most);
  });
});
