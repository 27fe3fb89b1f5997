import { describe, expect, it } from '@jest/globals';
import { primesByTrialDivision } from '../test/known-primes.ts';
import { SievingPrimes, sievingPrimesUpTo } from './sieving-primes.ts';

const EXPECTED = primesByTrialDivision(2_000).filter((p) => p >= 7);

describe('sievingPrimesUpTo()', () => {
  it('returns the primes from 7 to any limit', () => {
    for (let limit = 0; limit <= 2_000; limit++) {
      expect(sievingPrimesUpTo(limit).join()).toBe(EXPECTED.filter((p) => p <= limit).join());
    }
  });

  it.each([-1, 1.5, NaN, 2 ** 32])('rejects the limit %p', (limit) => {
    expect(() => sievingPrimesUpTo(limit)).toThrow(RangeError);
  });
});

describe('SievingPrimes', () => {
  it('contains all primes up to the square root, for ends in any order', () => {
    const primes = new SievingPrimes();
    for (const end of [30, 60, 49, 50, 1_000_000, 900, 1_018_081, 4_000_000]) {
      const root = Math.sqrt(end);
      expect([...primes.sufficientFor(end)].filter((p) => p <= root)).toEqual(
        EXPECTED.filter((p) => p <= root),
      );
    }
  });

  it('computes nothing if it already has enough primes', () => {
    const primes = new SievingPrimes();
    const many = primes.sufficientFor(1_000_000);
    expect(primes.sufficientFor(1_000_000)).toBe(many);
    expect(primes.sufficientFor(30)).toBe(many);
    expect(primes.sufficientFor(1_000_001)).not.toBe(many);
  });
});
