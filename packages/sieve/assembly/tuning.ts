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
 * Larger: crossings miss L1, and cost 0.8 ns instead of 0.5 (a third of a segment: 6 % slower). Smaller: more
 * set-up for each prime (a sixth: 1 %).
 *
 * @pre blocks of equal size, which saves the set-up for a short one
 */
export const BLOCK_BYTES: i32 = SEGMENT_BYTES / 4;

/**
 * Primes up to here are crossed off block by block, larger ones over the whole segment.
 *
 * Larger: their crossings hit L1. Smaller: their set-up is done once a segment instead of once a block. From
 * 2,500 to 8,000 it makes no difference with the L2 of that core. With that of an Intel Sapphire Rapids, 2 MiB and
 * slower, 14,000 takes 96 ms, 4,000 110 and 20,000 as much as 14,000 (the faster quarter of 40 runs each).
 */
export const LARGEST_SMALL_PRIME: u32 = 14_000;

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
 * product of its primes. Pairing the smallest with the largest makes the least of all patterns: 339 KB.
 *
 * More rows: a pattern with two more primes costs 0.6 ms, crossing them off costs 260 ms / p (16 rows, to 163:
 * 117.7 ms; these 24: 113.0; 32, to 349: 118.8, as the patterns then leave L2). Fewer: more crossings.
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

/** Bytes of all patterns, each with a stretch (436,916), and room for the last crossings of the last one. */
export const PATTERN_ROOM: i32 = 437_248;

/**
 * Bytes for which all patterns are ANDed before any of them starts again from its beginning; so each pattern
 * is stored that much longer than its period.
 *
 * Larger: more of L2 for the patterns. Smaller: more steps from stretch to stretch (2,048 to 8,192 differ by 1 %).
 */
export const STRETCH_BYTES: i32 = 4096;

/**
 * Primes whose first multiples are computed ahead of crossing them off.
 *
 * 1, that is crossing each off at once: the divisions of the next wait behind its crossings (8 % slower; 8 to
 * 256 differ by no more than noise). Larger: more of L1.
 */
export const BATCH_PRIMES: i32 = 64;
