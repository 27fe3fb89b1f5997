// All figures: AMD EPYC (Milan) at 3.2 GHz with 32 KiB L1d and 512 KiB L2 per core, Node 24.21, counting to 10^9
// unless stated otherwise. L1 and L2 are those of this core.

/**
 * Maximum number of bytes that one call sieves.
 *
 * Larger: less set-up for each sieving prime; beyond L2 every crossing misses. The store keeps it as one value;
 * src/tuning.ts gives the reason for this number.
 *
 * @pre SEGMENT_BYTES of src/tuning.ts; a multiple of 64
 */
export const SEGMENT_BYTES: i32 = 131_008;

/**
 * Bytes of a block: the small primes are crossed off block by block, so that each block stays in L1.
 *
 * Larger: crossings miss L1, and cost 0.8 ns instead of 0.5 (a third of a segment: 6 % slower). Smaller: more
 * set-up for each prime (a sixth: 1 %).
 *
 * @pre all blocks have the same size, which avoids the set-up for a short one
 */
export const BLOCK_BYTES: i32 = SEGMENT_BYTES / 4;

/**
 * Primes up to here are crossed off block by block, larger ones over the whole segment.
 *
 * Larger: more crossings hit L1. Smaller: less set-up, once per segment instead of once per block. From 2,500 to 8,000
 * there is no difference with the L2 of this core. With the larger and slower L2 of an Intel Sapphire Rapids (2 MiB),
 * 14,000 takes 96 ms, 4,000 takes 110, and 20,000 as long as 14,000 (the faster quarter of 40 runs each).
 */
export const LARGEST_SMALL_PRIME: u32 = 14_000;

/**
 * Primes up to here are crossed off without a check for the end of the segment: all passes of a prime have the same number
 * of crossings, and the last one may be this many bytes after the segment, where room is reserved.
 *
 * Larger: more room. Smaller: larger primes need a comparison for each crossing.
 *
 * @pre at least SEGMENT_BYTES: a pass of a larger prime has at most one crossing
 */
export const LARGEST_MEDIUM_PRIME: u32 = 131_072;

/** Room for the primes from 7 to 2^20, the square root of MAX_NUMBER (82,022), and a few more. */
export const PRIMES_CAPACITY: i32 = 82_048;

/**
 * The primes that are crossed off by ANDing precomputed patterns, one pattern per row, which repeats after the product of
 * its primes. Pairs of the smallest and the largest primes give the smallest patterns: 339 KB in total.
 *
 * More rows: a pattern with two more primes costs 0.6 ms; crossing them off costs 260 ms / p (16 rows, to 163: 117.7 ms;
 * these 24: 113.0; 32, to 349: 118.8, because the patterns then exceed L2). Fewer: more crossings.
 *
 * @pre all primes from 7 to LARGEST_PRE_SIEVE_PRIME; each row ascending and with a product of at least
 * STRETCH_BYTES; a multiple of eight rows
 */
// prettier-ignore
export const PRE_SIEVE_ROWS: usize = memory.data<u32>([
  7, 11, 13, 17,
  19, 23, 29, 0,
  31, 251, 0, 0,
  37, 241, 0, 0,
  41, 239, 0, 0,
  43, 233, 0, 0,
  47, 229, 0, 0,
  53, 227, 0, 0,
  59, 223, 0, 0,
  61, 211, 0, 0,
  67, 199, 0, 0,
  71, 197, 0, 0,
  73, 193, 0, 0,
  79, 191, 0, 0,
  83, 181, 0, 0,
  89, 179, 0, 0,
  97, 173, 0, 0,
  101, 167, 0, 0,
  103, 163, 0, 0,
  107, 157, 0, 0,
  109, 151, 0, 0,
  113, 149, 0, 0,
  127, 139, 0, 0,
  131, 137, 0, 0,
], 16);
export const ROW_COUNT: i32 = 24;
export const LARGEST_PRE_SIEVE_PRIME: u32 = 251;

/** Bytes of all patterns, each with a stretch (436,916), and room for the last crossings of the last pattern. */
export const PATTERN_ROOM: i32 = 437_248;

/**
 * Bytes for which all patterns are ANDed before any of them starts again from its beginning; so each pattern is stored
 * with this many bytes more than its period.
 *
 * Larger: the patterns take more of L2. Smaller: more steps from stretch to stretch (2,048 to 8,192 differ by 1 %).
 */
export const STRETCH_BYTES: i32 = 4096;

/**
 * Number of primes whose first multiples are computed before they are crossed off.
 *
 * 1: the divisions of the next prime wait for the crossings of the previous one (8 % slower; 8 to 256 differ only by
 * noise). Larger: takes more of L1.
 */
export const BATCH_PRIMES: i32 = 64;
