import { describe, expect, it } from '@jest/globals';
import { defaultThreads } from './default-threads.ts';

const MiB = 1024 ** 2;

describe('defaultThreads()', () => {
  it.each([
    [2, 384, 2],
    [64, 384, 12],
    [64, 256, 4],
    [64, 1_024, 52],
    [64, 200, 1],
    [64, 16, 1],
    [64, 0, 64],
  ])('returns for %i CPUs and %i MiB (0: unlimited) %i', (cpus, mebibytes, threads) => {
    expect(defaultThreads(cpus, mebibytes * MiB)).toBe(threads);
  });
});
