import { TASK_LIMITS } from '@primes/contracts';
import { describe, expect, it } from '@jest/globals';
import { waitMs } from './get-task.ts';

describe('waitMs()', () => {
  it.each([
    [1, 1_000],
    [55, 55_000],
    // Leaves time for two lookups of at most 2 s before a proxy times out after 60 s.
    [TASK_LIMITS.waitSeconds, 55_000],
  ])('converts ?wait=%d to %d ms', (seconds, ms) => {
    expect(waitMs(seconds)).toBe(ms);
  });
});
