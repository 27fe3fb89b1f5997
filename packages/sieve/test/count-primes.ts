import type { SievePool } from '../src/pool/sieve-pool.ts';
import { PlainSieve, type RangeSieve } from '../src/range-sieve.ts';
import { SEGMENT_BYTES } from '../src/tuning.ts';
import { byteOfNumber, NUMBERS_PER_BYTE, RESIDUES, WHEEL_PRIMES } from '../src/wheel30.ts';

/** π(limit), segment by segment in one buffer. */
export function countPrimesUpTo(limit: number, sieve: RangeSieve = new PlainSieve()): number {
  const lastByte = byteOfNumber(limit);
  const segment = new Uint8Array(SEGMENT_BYTES);
  let count = WHEEL_PRIMES.filter((p) => p <= limit).length;
  for (let first = 0; first <= lastByte; first += SEGMENT_BYTES) {
    const bitmap = segment.subarray(0, lastByte - first + 1);
    count += sieve.sieve(bitmap, first);
    if (first + bitmap.length > lastByte) {
      const upTo = RESIDUES.filter((residue) => residue <= limit % NUMBERS_PER_BYTE).length;
      for (let bit = upTo; bit < 8; bit++) count -= (bitmap[bitmap.length - 1] >> bit) & 1;
    }
  }
  return count;
}

/** Counts the primes below 30 · `endByte` with a pool and at most 8 segments in memory. */
export async function countPrimesByPool(pool: SievePool, endByte: number): Promise<number> {
  let count = WHEEL_PRIMES.length;
  let next = 0;
  const lane = async (_: unknown, i: number) => {
    while (next < endByte) {
      const range = { firstByte: next, bytes: Math.min(SEGMENT_BYTES, endByte - next) };
      next += range.bytes;
      const sieved = await pool.sieve(range, { group: `lane ${i}` });
      count += sieved.count;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return count;
}
