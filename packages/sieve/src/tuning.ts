import { NUMBERS_PER_BYTE } from './wheel30.ts';

// All figures: AMD EPYC (family 25 model 1, Milan) with 32 KiB L1d and 512 KiB L2 a core, Node 24.21.

/**
 * Bytes of one segment, the unit that is sieved, stored and fetched.
 *
 * Larger: fewer commands to Redis and less set-up for each sieving prime; past L2 every crossing misses.
 * Smaller: less is computed in vain for a small n, and more tasks can share the threads.
 *
 * The stored value is a header of 32 bytes and the segment, and Redis keeps it in an sds string, which
 * costs 10 bytes more. jemalloc has a size class of 131,072 bytes and then one of 163,840, so a body of
 * a full 128 KiB would waste a fifth of the memory. 131,008 is the greatest multiple of 64 that fits.
 *
 * @pre a multiple of 8, and at most 131,072 − 42
 */
export const SEGMENT_BYTES = 131_008;

/** Numbers that one segment covers: 3,930,240. */
export const SEGMENT_NUMBERS = SEGMENT_BYTES * NUMBERS_PER_BYTE;

/**
 * No range may reach beyond this number, about 1.1 · 10^12.
 *
 * The kernel's integers would do up to 5.4 · 10^15 (29 p must stay below 2^31 for each sieving prime p),
 * but the tests go to 10^12, and past it most sieving primes are larger than a segment: that wants
 * another algorithm (primesieve's EratBig).
 */
export const MAX_NUMBER = 2 ** 40;

/**
 * The primes that are crossed off by ANDing ready-made patterns, one pattern a row. A pattern repeats
 * after the product of its primes: 17,017, 12,673 and 47,027 bytes.
 *
 * More rows: a pass over a segment costs about 15 ms for all numbers up to 10^9, and saves the crossing
 * off of its primes, which costs 290 ms · 1/p; the next two, 43 and 47, would gain nothing.
 * Longer rows: the patterns should fit in L2 together with a segment.
 *
 * @pre together the primes from 7 up, without a gap
 */
export const PRE_SIEVE_ROWS = [
  [7, 11, 13, 17],
  [19, 23, 29],
  [31, 37, 41],
] as const;

/**
 * Bytes of one chunk of text.
 *
 * Larger: more memory for each client that reads slowly. Smaller: more writes to the socket a prime.
 *
 * @pre holds the longest number and the separator
 */
export const TEXT_CHUNK_BYTES = 65_536;

/**
 * Ranges that a thread of the pool holds: the one it sieves, and the next.
 *
 * More: a newcomer waits behind the ranges that every thread holds already. Fewer, that is 1: the thread
 * idles for a round trip of 130 µs after each range of 1.4 ms (to 10^9 with one thread 489–599 ms, with
 * two ranges 431–476).
 *
 * @pre at least 1
 */
export const RANGES_PER_THREAD = 2;
