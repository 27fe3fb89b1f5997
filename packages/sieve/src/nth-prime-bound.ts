import { checkInteger } from './check-integer.ts';

const FIRST_PRIMES = [2, 3, 5, 7, 11] as const;

/**
 * An upper bound of the `n`-th prime (the first prime is 2); from n = 10^6 on at most 0.1 % too large.
 *
 * Proven, not fitted: n (ln n + ln ln n) for n ≥ 6 (Rosser and Schoenfeld, "Approximate formulas for some
 * functions of prime numbers", 1962, (3.13)), and n (ln n + ln ln n − 0.9484) for n ≥ 39,017 (Dusart, "The
 * k-th prime is greater than k(ln k + ln ln k − 1) for k ≥ 2", 1999). Both exceed the prime by more than the
 * rounding error of floating-point numbers.
 *
 * @throws {RangeError} If `n` is not a positive integer, or the bound is not a safe integer.
 */
export function nthPrimeUpperBound(n: number): number {
  checkInteger('n', n, { min: 1 });
  if (n <= FIRST_PRIMES.length) return FIRST_PRIMES[n - 1];
  const ln = Math.log(n);
  const bound = Math.ceil(n * (ln + Math.log(ln) - (n >= 39_017 ? 0.9484 : 0)));
  if (!Number.isSafeInteger(bound)) {
    throw new RangeError(`\`n\` must have a prime below 2^53: received ${n}`);
  }
  return bound;
}
