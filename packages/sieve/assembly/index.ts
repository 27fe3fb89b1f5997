import { countBits } from './count-bits';
import { crossOff } from './cross-off';
import { crossOffSparse } from './cross-off-sparse';
import { preSieve } from './pre-sieve';
import {
  BLOCK_BYTES,
  LARGEST_MEDIUM_PRIME,
  LARGEST_PRE_SIEVE_PRIME,
  LARGEST_SMALL_PRIME,
  PRIMES_CAPACITY,
  SEGMENT_BYTES,
} from './tuning';
import { NUMBERS_PER_BYTE, bitOfResidue } from './wheel';

export { PRIMES_CAPACITY, SEGMENT_BYTES };

/** The bitmap that `sieve` writes, followed by room for crossings past its end. */
export const SEGMENT: usize = memory.data(SEGMENT_BYTES + LARGEST_MEDIUM_PRIME, 64);

/** The sieving primes, written by the caller: u32, ascending from 7. One more value may be read, but is not used. */
export const PRIMES: usize = memory.data(4 * (PRIMES_CAPACITY + 1), 16);

/**
 * Fills the first `bytes` bytes of SEGMENT, at most SEGMENT_BYTES, with the bitmap of the numbers from 30 · `firstByte`
 * on, and returns the number of set bits, which are the primes. 2, 3 and 5 have no bit.
 *
 * @pre PRIMES contains `primeCount` primes: all from 7 to LARGEST_PRE_SIEVE_PRIME and to the square root of the end
 */
export function sieve(firstByte: f64, bytes: i32, primeCount: i32): i32 {
  const end = <f64>NUMBERS_PER_BYTE * (firstByte + <f64>bytes);
  const primesEnd = PRIMES + 4 * primeCount;
  const small = primesUpTo(LARGEST_PRE_SIEVE_PRIME, primesEnd);
  const last = max(small, primesUpTo(<u32>Math.sqrt(end), primesEnd));
  const medium = primesUpTo(LARGEST_SMALL_PRIME, last);
  const sparse = primesUpTo(LARGEST_MEDIUM_PRIME, last);

  preSieve(SEGMENT, bytes, firstByte);
  for (let at = 0; at < bytes; at += BLOCK_BYTES) {
    crossOff(SEGMENT + at, min(BLOCK_BYTES, bytes - at), firstByte + <f64>at, small, medium);
  }
  crossOff(SEGMENT, bytes, firstByte, medium, sparse);
  crossOffSparse(SEGMENT, bytes, firstByte, sparse, last);

  restore(firstByte, bytes, last);
  // `countBits` reads 32 bytes at a time.
  memory.fill(SEGMENT + bytes, 0, 32);
  return countBits(SEGMENT, bytes);
}

/** Sets the bits of the primes up to address `end`, which were crossed off with their multiples. */
function restore(firstByte: f64, bytes: i32, end: usize): void {
  if (firstByte > <f64>(load<u32>(end - 4) / NUMBERS_PER_BYTE)) return;
  const first = <i32>firstByte;
  for (let address = PRIMES; address < end; address += 4) {
    const p = load<u32>(address);
    const byte = <i32>(p / NUMBERS_PER_BYTE) - first;
    if (byte < 0) continue;
    if (byte >= bytes) break;
    const at = SEGMENT + byte;
    store<u8>(at, load<u8>(at) | bitOfResidue(p % NUMBERS_PER_BYTE));
  }
  // 1 is not a prime.
  if (first == 0) store<u8>(SEGMENT, load<u8>(SEGMENT) & 0xfe);
}

/** The address after the last prime up to `limit`, in the list that ends at `end`. */
function primesUpTo(limit: u32, end: usize): usize {
  let low: i32 = 0;
  let high = <i32>(end - PRIMES) / 4;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(PRIMES + 4 * middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return PRIMES + 4 * low;
}
