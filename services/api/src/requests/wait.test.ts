import { TASK_LIMITS } from '@primes/contracts';
import { describe, expect, it } from '@jest/globals';
import { waitMs, waitPreference } from './wait.ts';

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

describe('waitPreference()', () => {
  it.each([
    ['wait=10', 10],
    ['Wait = 10', 10],
    ['wait="10"', 10],
    ['wait=10; foo=bar', 10],
    ['respond-async, wait=7', 7],
    ['respond-async;a="x,wait=3", return=minimal, wait=7', 7],
    ['wait=10, wait=5', 10],
    ['wait=3600', 55],
    ['wait=9999999999', 55],
  ])('reads %s as %d', (header, seconds) => {
    expect(waitPreference(header)).toBe(seconds);
  });

  it.each([
    [undefined],
    [''],
    ['respond-async'],
    ['wait'],
    ['wait='],
    ['wait=0'],
    ['wait=-1'],
    ['wait=1.5'],
    ['wait=ten'],
    ['wait="10'],
    ['wait=10 5'],
    ['waits=10'],
    ['x="wait=10"'],
    // Only the first one counts.
    ['wait=x, wait=10'],
    ['wait, wait=10'],
  ])('ignores %s', (header) => {
    expect(waitPreference(header)).toBeUndefined();
  });

  it('is fast for a header without an end', () => {
    expect(waitPreference('"\\'.repeat(8_000))).toBeUndefined();
    expect(waitPreference('a"'.repeat(8_001))).toBeUndefined();
  });
});
