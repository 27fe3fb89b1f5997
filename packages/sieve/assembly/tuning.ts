// All figures: AMD EPYC (Milan) at 3.2 GHz with 32 KiB L1d and 512 KiB L2 a core, Node 24.21, counting to 10^9
// unless they say otherwise. L1 and L2 are those of that core; another one with as much does as well.

/**
 * The most bytes that one call sieves.
 *
 * Larger: less set-up for each sieving prime; past L2 every crossing misses. It is what the store keeps as
 * one value, so src/tuning.ts says why it is no rounder.
 *
 * @pre SEGMENT_BYTES of src/tuning.ts; a multiple of 64
 */
export const SEGMENT_BYTES: i32 = 131_008;

/**
 * Bytes of a block: the small primes are crossed off block by block, each of which stays in L1 meanwhile.
 *
 * Larger: crossings miss L1, and cost 0.8 ns instead of 0.45. Smaller: more set-up for each prime.
 *
 * @pre SEGMENT_BYTES / BLOCK_BYTES blocks of equal size save the set-up of a short one
 */
export const BLOCK_BYTES: i32 = SEGMENT_BYTES / 4;

/**
 * Primes up to here are crossed off block by block, larger ones over the whole segment.
 *
 * Larger: their crossings hit L1. Smaller: their set-up is done once a segment instead of once a block.
 */
export const LARGEST_SMALL_PRIME: u32 = 4_000;

/**
 * Primes up to here are crossed off without a look at where the segment ends: each pass has as many
 * crossings as any, and the last may land this far behind the segment, in the room that is kept there.
 *
 * Larger: more room. Smaller: the primes above cost a comparison for each crossing.
 *
 * @pre at least SEGMENT_BYTES: a pass of a larger prime has one crossing at most
 */
export const LARGEST_MEDIUM_PRIME: u32 = 131_072;

/** Room for the primes from 7 to 2^20 (82,022), the root of MAX_NUMBER, and a few more. */
export const PRIMES_CAPACITY: i32 = 82_048;

/**
 * The primes that are crossed off by ANDing ready-made patterns, one pattern a row, which repeats after the
 * product of its primes. The 16 patterns are 131 KB: the smallest with the largest makes the least of them.
 *
 * More rows: a pattern with two more primes costs 0.7 ms, crossing them off costs 260 ms / p; and the
 * patterns must share L2 with the segment. Fewer: more crossings.
 *
 * @pre all primes from 7 to LARGEST_PRE_SIEVE_PRIME; a multiple of eight rows, each ascending, and with a
 * product of at least STRETCH_BYTES
 */
// prettier-ignore
export const PRE_SIEVE_ROWS: usize = memory.data<u32>([
  7, 11, 13, 17,
  19, 23, 29, 0,
  31, 163, 0, 0,
  37, 157, 0, 0,
  41, 151, 0, 0,
  43, 149, 0, 0,
  47, 139, 0, 0,
  53, 137, 0, 0,
  59, 131, 0, 0,
  61, 127, 0, 0,
  67, 113, 0, 0,
  71, 109, 0, 0,
  73, 107, 0, 0,
  79, 103, 0, 0,
  83, 101, 0, 0,
  89, 97, 0, 0,
], 16);
export const ROW_COUNT: i32 = 16;
export const LARGEST_PRE_SIEVE_PRIME: u32 = 163;

/**
 * Bytes for which all patterns are ANDed before any of them starts again from its beginning; so each pattern
 * is stored that much longer than its period.
 *
 * Larger: more memory for the patterns. Smaller: more steps from stretch to stretch.
 */
export const STRETCH_BYTES: i32 = 4_096;

/**
 * Primes whose first multiples are computed ahead of crossing them off.
 *
 * 1, that is crossing each off at once: the next prime's divisions wait behind its crossings (147 ms; 64:
 * 120). Larger: more of L1.
 */
export const BATCH_PRIMES: i32 = 64;
