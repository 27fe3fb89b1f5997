import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atOffset } from '../test/oracle.ts';
import { PRE_SIEVE_PRIMES, preSieve } from './pre-sieve.ts';
import { PRE_SIEVE_ROWS } from './tuning.ts';
import { numberOfBit } from './wheel30.ts';

function naive(firstByte: number, bytes: number): Uint8Array {
  const bitmap = new Uint8Array(bytes);
  for (let bit = 0; bit < 8 * bytes; bit++) {
    const number = numberOfBit(firstByte, bit);
    if (!PRE_SIEVE_PRIMES.some((p) => number % p === 0)) bitmap[bit >> 3] |= 1 << (bit & 7);
  }
  return bitmap;
}

describe('preSieve()', () => {
  it('uses consecutive primes from 7 on', () => {
    expect([...PRE_SIEVE_PRIMES]).toEqual([7, 11, 13, 17, 19, 23, 29, 31, 37, 41]);
  });

  it('equals division by each prime, at every alignment of the view and for any previous contents', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 36_000_000_000 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat({ max: 7 }),
        (firstByte, bytes, offset) => {
          const bitmap = atOffset(new Uint8Array(bytes).fill(0x5a), offset);
          preSieve(bitmap, firstByte);
          expect(bitmap).toEqual(naive(firstByte, bytes));
          expect(new Uint8Array(bitmap.buffer, offset + bytes)).toEqual(new Uint8Array(8).fill(0xaa));
        },
      ),
    );
  });

  it.each(PRE_SIEVE_ROWS)('stays correct where the pattern of %d, %d, … repeats', (...row) => {
    const period = row.reduce<number>((product, p) => product * p, 1);
    for (let before = 1; before <= 9; before++) {
      const bitmap = new Uint8Array(period + 20);
      preSieve(bitmap, 2 * period - before);
      expect(bitmap.subarray(0, 20)).toEqual(naive(2 * period - before, 20));
      expect(bitmap.subarray(-20)).toEqual(naive(3 * period - before, 20));
    }
  });
});
