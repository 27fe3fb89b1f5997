import { describe, expect, it } from '@jest/globals';
import { NTH_PRIME } from '../test/known-primes.ts';
import { nthPrimeUpperBound } from './nth-prime-bound.ts';
import { sievingPrimesUpTo } from './sieving-primes.ts';
import { WHEEL_PRIMES } from './wheel30.ts';

/** PRIMES[n − 1] is the n-th prime. */
const PRIMES = [...WHEEL_PRIMES, ...sievingPrimesUpTo(50_000_000)];

describe('nthPrimeUpperBound()', () => {
  it('is not below any of the first three million primes', () => {
    expect(PRIMES.length).toBeGreaterThan(3_000_000);
    const tooLow: number[] = [];
    for (let n = 1; n <= 100_000; n++) if (nthPrimeUpperBound(n) < PRIMES[n - 1]) tooLow.push(n);
    // The bound grows with n, so a bound that reaches the prime 16 positions later holds for all between.
    for (let n = 100_000; n + 16 <= PRIMES.length; n += 16) {
      if (nthPrimeUpperBound(n) < PRIMES[n + 15]) tooLow.push(n);
    }
    expect(tooLow).toEqual([]);
  });

  it('holds for the primes of the tables, and is close from 10^6 on', () => {
    for (const [n, prime] of NTH_PRIME) {
      expect(nthPrimeUpperBound(n)).toBeGreaterThanOrEqual(prime);
      if (n >= 1_000_000) expect(nthPrimeUpperBound(n)).toBeLessThan(1.001 * prime);
    }
  });

  it('is exact for the first five primes', () => {
    expect([1, 2, 3, 4, 5].map(nthPrimeUpperBound)).toEqual([2, 3, 5, 7, 11]);
  });

  it('is a safe integer while one exists, then throws a RangeError', () => {
    expect(Number.isSafeInteger(nthPrimeUpperBound(2 ** 47))).toBe(true);
    expect(() => nthPrimeUpperBound(2 ** 49)).toThrow(RangeError);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('rejects n = %p', (n) => {
    expect(() => nthPrimeUpperBound(n)).toThrow(RangeError);
  });
});
