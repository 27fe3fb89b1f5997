import { countBits } from '../src/bits.ts';
import type { SievePool } from '../src/pool/sieve-pool.ts';
import { sieveSegment } from '../src/segment-sieve.ts';
import { sievingPrimesUpTo } from '../src/sieving-primes.ts';
import { SEGMENT_BYTES } from '../src/tuning.ts';
import { byteOfNumber, NUMBERS_PER_BYTE, RESIDUES, WHEEL_PRIMES } from '../src/wheel30.ts';

/** π(limit), segment by segment in one buffer. */
export function countPrimesUpTo(limit: number): number {
  const sievingPrimes = sievingPrimesUpTo(Math.ceil(Math.sqrt(limit)) + NUMBERS_PER_BYTE);
  const lastByte = byteOfNumber(limit);
  const segment = new Uint8Array(SEGMENT_BYTES);
  let count = WHEEL_PRIMES.filter((p) => p <= limit).length;
  for (let first = 0; first <= lastByte; first += SEGMENT_BYTES) {
    const bitmap = segment.subarray(0, lastByte - first + 1);
    sieveSegment(bitmap, first, sievingPrimes);
    if (first + bitmap.length > lastByte) {
      const upTo = RESIDUES.filter((residue) => residue <= limit % NUMBERS_PER_BYTE).length;
      bitmap[bitmap.length - 1] &= (1 << upTo) - 1;
    }
    count += countBits(bitmap);
  }
  return count;
}

/** How many primes there are below 30 · `endByte`, by a pool, with no more than 8 segments in memory. */
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
