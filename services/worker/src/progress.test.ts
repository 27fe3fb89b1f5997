import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JobProgress } from '@primes/contracts';
import { ProgressReporter } from './progress.ts';

const NOW = 1_700_000_000_000;
const BEFORE: JobProgress = {
  startedAt: NOW - 5_000,
  done: 3,
  total: 9,
  counts: { steps: 2 },
};

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

interface SetUp {
  progress?: unknown;
  write?: () => Promise<void>;
}

function setUp({ progress = 0, write = () => Promise.resolve() }: SetUp = {}) {
  const writes: JobProgress[] = [];
  const ticks: number[] = [];
  const job = {
    progress,
    updateProgress: (state: JobProgress) => {
      writes.push(state);
      return write();
    },
  };
  const reporter = new ProgressReporter(job, NOW, () => ticks.push(Date.now() - NOW));
  return { reporter, writes, ticks };
}

describe('ProgressReporter', () => {
  it('writes nothing for a task that takes less than 250 ms', async () => {
    const { reporter, writes } = setUp();
    reporter.set(1, 1);
    reporter.count('steps');
    await jest.advanceTimersByTimeAsync(249);
    reporter.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(writes).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('writes the latest state four times a second', async () => {
    const { reporter, writes, ticks } = setUp();
    for (let step = 1; step <= 100; step++) {
      reporter.set(100 + step, 1_000);
      if (step % 2 === 0) reporter.count('even');
      await jest.advanceTimersByTimeAsync(10);
    }
    reporter.stop();
    expect(writes.map(({ done }) => done)).toEqual([125, 150, 175, 200]);
    expect(writes.at(-1)).toEqual({
      startedAt: NOW,
      done: 200,
      total: 1_000,
      counts: { even: 50 },
    });
    expect(ticks).toEqual([250, 500, 750, 1_000]);
  });

  it('continues from the progress of the previous run', async () => {
    const { reporter, writes } = setUp({ progress: BEFORE });
    expect(reporter.startedAt).toBe(BEFORE.startedAt);
    reporter.set(8, 9);
    reporter.count('steps');
    await reporter.flush();
    expect(writes).toEqual([{ ...BEFORE, done: 8, counts: { steps: 3 } }]);
    expect(reporter.counts).toEqual({ steps: 3 });
  });

  it('keeps the start time that a worker of the previous version wrote', () => {
    const progress = { startedAt: 5, segmentsDone: 3, segmentsTotal: 9, segmentsComputed: 2 };
    const { reporter } = setUp({ progress });
    expect([reporter.startedAt, reporter.counts]).toEqual([5, {}]);
    reporter.stop();
  });

  it.each([
    ['nothing', 0],
    ['a number', 42],
    ['no start', { done: 3 }],
    ['null', null],
  ])('starts from zero if the stored progress is %s', (_, progress) => {
    const { reporter } = setUp({ progress });
    expect([reporter.startedAt, reporter.counts]).toEqual([NOW, {}]);
    reporter.stop();
  });

  it('continues after a failed write; flush() rejects', async () => {
    const { reporter, writes } = setUp({ write: () => Promise.reject(new Error('Redis is unavailable')) });
    await jest.advanceTimersByTimeAsync(500);
    expect(writes).toHaveLength(2);
    await expect(reporter.flush()).rejects.toThrow('Redis is unavailable');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(writes).toHaveLength(3);
  });

  it('does not queue writes while Redis is unavailable', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { reporter, writes, ticks } = setUp({ write: () => promise });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(writes).toHaveLength(1);
    expect(ticks).toHaveLength(1);
    resolve(undefined);
    await jest.advanceTimersByTimeAsync(500);
    expect(writes).toHaveLength(3);
    reporter.stop();
  });
});
