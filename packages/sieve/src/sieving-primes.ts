import { checkInteger } from './check-integer.ts';

/**
 * The primes from 7 to `limit`, ascending: the sieving primes of a wheel-30 bitmap. A plain sieve of Eratosthenes over the
 * odd numbers, one byte each.
 *
 * @throws {RangeError} If `limit` is not an integer from 0 to 2^32 − 1.
 */
export function sievingPrimesUpTo(limit: number): Uint32Array {
  checkInteger('limit', limit, { max: 2 ** 32 - 1 });
  // Index i represents the odd number 2i + 1.
  const composite = new Uint8Array(Math.ceil(limit / 2));
  const primes: number[] = [];
  for (let i = 1; i < composite.length; i++) {
    if (composite[i]) continue;
    const p = 2 * i + 1;
    if (p >= 7) primes.push(p);
    for (let multiple = (p * p - 1) / 2; multiple < composite.length; multiple += p) composite[multiple] = 1;
  }
  return Uint32Array.from(primes);
}

/** Sieving primes that are computed once, and again when a higher range needs more. */
export class SievingPrimes {
  #limit = 0;
  #primes: Uint32Array = new Uint32Array();

  /** Sieving primes that are sufficient for all numbers below `end`; there may be more. */
  sufficientFor(end: number): Uint32Array {
    const needed = Math.ceil(Math.sqrt(end));
    if (needed > this.#limit) {
      // The limit at least doubles, so all computations together take at most twice as long as the last one.
      this.#limit = Math.max(needed, 2 * this.#limit);
      this.#primes = sievingPrimesUpTo(this.#limit);
    }
    return this.#primes;
  }
}
