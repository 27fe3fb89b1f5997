import { NUMBERS_PER_BYTE } from './wheel30.ts';

// All figures: AMD EPYC (family 25 model 1, Milan) with 32 KiB L1d and 512 KiB L2 a core, Node 24.21.

/**
 * Bytes of one segment, the unit that is sieved, stored and fetched.
 *
 * Larger: fewer Redis commands and less set-up for each sieving prime; beyond L2 every crossing misses.
 * Smaller: less excess computation for a small n, and more tasks can share the threads.
 *
 * The stored value is a header of 32 bytes and the segment; Redis adds 10 bytes for the string. jemalloc has a size class
 * of 131,072 bytes, and the next one is 163,840, so a segment of 128 KiB would waste a fifth of the memory. 131,008 is the
 * largest multiple of 64 that fits.
 *
 * @pre a multiple of 8, and at most 131,072 − 42
 */
export const SEGMENT_BYTES = 131_008;

/** Numbers that one segment covers: 3,930,240. */
export const SEGMENT_NUMBERS = SEGMENT_BYTES * NUMBERS_PER_BYTE;

/**
 * The maximum end of a range, about 1.1 · 10^12.
 *
 * The kernel's integers allow 5.4 · 10^15 (29 p must be below 2^31 for each sieving prime p), but the tests end at 10^12,
 * and above it most sieving primes are larger than a segment, which needs another algorithm (primesieve's EratBig).
 */
export const MAX_NUMBER = 2 ** 40;

/**
 * The primes that are crossed off by ANDing precomputed patterns, one pattern per row. A pattern repeats after the product
 * of its primes: 17,017, 12,673 and 47,027 bytes.
 *
 * More rows: a pass costs about 15 ms for all numbers up to 10^9 and saves crossing off its primes, which costs 290 ms / p
 * each; the next two, 43 and 47, would gain nothing. Longer rows: the patterns must fit into L2 together with a segment.
 *
 * @pre all primes from 7 on, without a gap
 */
export const PRE_SIEVE_ROWS = [
  [7, 11, 13, 17],
  [19, 23, 29],
  [31, 37, 41],
] as const;

/**
 * Bytes of one chunk of text.
 *
 * Larger: more memory for each slow client. Smaller: more writes to the socket.
 *
 * @pre at least the longest number and the separator
 */
export const TEXT_CHUNK_BYTES = 65_536;

/**
 * Requests of a thread: the range that it sieves, and the next one.
 *
 * More: a new group waits for all of them. Fewer (1): the thread is idle for a round trip of 130 µs after each range of
 * 1.4 ms (to 10^9 one thread takes 489–599 ms, with two requests 431–476).
 */
export const RANGES_PER_THREAD = 2;
