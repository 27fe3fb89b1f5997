import { checkInteger } from './check-integer.ts';
import { crossOff } from './cross-off.ts';
import { PRE_SIEVE_PRIMES, preSieve } from './pre-sieve.ts';
import { MAX_NUMBER } from './tuning.ts';
import { BIT_OF_RESIDUE, NUMBERS_PER_BYTE, byteOfNumber } from './wheel30.ts';

/**
 * Fills `out` with the bitmap of the numbers from 30 · `firstByte` up to, but not including,
 * 30 · (`firstByte` + `out.length`): a bit is 1 where its number is prime. 2, 3 and 5 have no bit.
 *
 * The segmented sieve of Eratosthenes: every composite number has a prime factor up to its square root.
 *
 * @param sievingPrimes the primes from 7 to the square root of the end or further, ascending
 * @throws {RangeError} If `out` is empty, `firstByte` is not a non-negative integer, or the range exceeds MAX_NUMBER.
 */
export function sieveSegment(out: Uint8Array, firstByte: number, sievingPrimes: Uint32Array): void {
  checkRange({ firstByte, bytes: out.length });
  const end = NUMBERS_PER_BYTE * (firstByte + out.length);

  preSieve(out, firstByte);
  let i = PRE_SIEVE_PRIMES.length;
  for (; i < sievingPrimes.length && sievingPrimes[i] ** 2 < end; i++) {
    crossOff(out, firstByte, sievingPrimes[i]);
  }

  // In a low range, the sieving primes were crossed off too.
  restore(out, firstByte, PRE_SIEVE_PRIMES);
  restore(out, firstByte, sievingPrimes.subarray(0, i));
  if (firstByte === 0) out[0] &= ~BIT_OF_RESIDUE[1];
}

/** @throws {RangeError} If the range is empty, not made of whole bytes, or not within 0 to MAX_NUMBER. */
export function checkRange({ firstByte, bytes }: { firstByte: number; bytes: number }): void {
  checkInteger('firstByte', firstByte);
  checkInteger('bytes', bytes, { min: 1 });
  checkInteger('end', NUMBERS_PER_BYTE * (firstByte + bytes), { max: MAX_NUMBER });
}

function restore(out: Uint8Array, firstByte: number, primes: Uint32Array): void {
  // In descending order, so that a segment above all of them takes one step.
  for (let i = primes.length - 1; i >= 0; i--) {
    const byte = byteOfNumber(primes[i]) - firstByte;
    if (byte < 0) return;
    if (byte < out.length) out[byte] |= BIT_OF_RESIDUE[primes[i] % NUMBERS_PER_BYTE];
  }
}
