import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JobProgress } from '@primes/contracts';
import { ProgressReporter } from './progress.ts';

const NOW = 1_700_000_000_000;
const BEFORE: JobProgress = {
  startedAt: NOW - 5_000,
  segmentsDone: 3,
  segmentsTotal: 9,
  segmentsComputed: 2,
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
  const reporter = new ProgressReporter(job, () => ticks.push(Date.now() - NOW));
  return { reporter, writes, ticks };
}

describe('ProgressReporter', () => {
  it('writes nothing for a task that is done within 250 ms', async () => {
    const { reporter, writes } = setUp();
    reporter.planned({ total: 1, missing: [0] });
    reporter.segmentDone({ computed: true });
    await jest.advanceTimersByTimeAsync(249);
    reporter.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(writes).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('writes four times a second, the last state of each time', async () => {
    const { reporter, writes, ticks } = setUp();
    reporter.planned({ total: 1_000, missing: Array.from({ length: 900 }, (_, i) => i) });
    for (let segment = 0; segment < 100; segment++) {
      reporter.segmentDone({ computed: segment % 2 === 0 });
      await jest.advanceTimersByTimeAsync(10);
    }
    reporter.stop();
    expect(writes.map(({ segmentsDone }) => segmentsDone)).toEqual([125, 150, 175, 200]);
    expect(writes.at(-1)).toEqual({
      startedAt: NOW,
      segmentsTotal: 1_000,
      segmentsDone: 200,
      segmentsComputed: 50,
    });
    expect(ticks).toEqual([250, 500, 750, 1_000]);
  });

  it('goes on where the worker before it ended', async () => {
    const { reporter, writes } = setUp({ progress: BEFORE });
    expect(reporter.startedAt).toBe(BEFORE.startedAt);
    reporter.planned({ total: 9, missing: [4, 5] });
    reporter.segmentDone({ computed: true });
    await reporter.flush();
    expect(writes).toEqual([{ ...BEFORE, segmentsDone: 8, segmentsComputed: 3 }]);
    expect(reporter.segmentsComputed).toBe(3);
  });

  it.each([
    ['nothing', 0],
    ['a number', 42],
    ['half of it', { startedAt: 5 }],
    ['null', null],
  ])('starts anew on %s', (_, progress) => {
    const { reporter } = setUp({ progress });
    expect([reporter.startedAt, reporter.segmentsComputed]).toEqual([NOW, 0]);
    reporter.stop();
  });

  it('goes on after a write that fails, and lets the flush tell', async () => {
    const { reporter, writes } = setUp({ write: () => Promise.reject(new Error('Redis is away')) });
    await jest.advanceTimersByTimeAsync(500);
    expect(writes).toHaveLength(2);
    await expect(reporter.flush()).rejects.toThrow('Redis is away');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(writes).toHaveLength(3);
  });

  it('does not pile up writes while Redis is away', async () => {
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
