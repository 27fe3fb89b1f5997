import { describe, expect, it } from '@jest/globals';
import { NTH_PRIME, PRIMES_BELOW_POWER_OF_TEN } from '../test/known-primes.ts';
import fc from 'fast-check';
import { atOffset, expectedBitmap, firstDifference, numbersOf } from '../test/oracle.ts';
import { countPrimesUpTo } from '../test/count-primes.ts';
import { nthSetBit } from './bits.ts';
import { sieveSegment } from './segment-sieve.ts';
import { sievingPrimesUpTo } from './sieving-primes.ts';
import { MAX_NUMBER, SEGMENT_BYTES } from './tuning.ts';
import { byteOfNumber, numberOfBit } from './wheel30.ts';

const ALL_SIEVING_PRIMES = sievingPrimesUpTo(2 ** 20);

function sieve(firstByte: number, bytes: number, sievingPrimes = ALL_SIEVING_PRIMES): Uint8Array {
  const bitmap = new Uint8Array(bytes).fill(0x5a);
  sieveSegment(bitmap, firstByte, sievingPrimes);
  return bitmap;
}

describe('sieveSegment()', () => {
  it('equals the oracle for every range of the first 100 bytes', () => {
    const all = expectedBitmap(0, 100);
    for (let first = 0; first < 100; first++) {
      for (let end = first + 1; end <= 100; end++) {
        expect(firstDifference(sieve(first, end - first), all.subarray(first, end))).toBe(-1);
      }
    }
  });

  it('needs no sieving prime above the square root of the end', () => {
    for (let bytes = 1; bytes <= 400; bytes++) {
      const primes = sievingPrimesUpTo(Math.floor(Math.sqrt(30 * bytes)));
      expect(firstDifference(sieve(0, bytes, primes), sieve(0, bytes))).toBe(-1);
    }
  });

  it('gives the same bytes when segment boundaries shift', () => {
    const all = sieve(0, 2 * SEGMENT_BYTES + 10);
    for (let slide = -5; slide <= 5; slide++) {
      const first = SEGMENT_BYTES + slide;
      expect(firstDifference(sieve(first, SEGMENT_BYTES), all.subarray(first, first + SEGMENT_BYTES))).toBe(
        -1,
      );
      expect(firstDifference(sieve(0, first), all.subarray(0, first))).toBe(-1);
    }
  });

  it('gives the same bytes for any split of a range', () => {
    const all = sieve(0, 100_000);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 2 }), (sizes) => {
        let first = 0;
        for (const size of sizes) {
          const end = Math.min(all.length, first + size);
          if (first === end) break;
          expect(firstDifference(sieve(first, end - first), all.subarray(first, end))).toBe(-1);
          first = end;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('equals the oracle in windows up to 10^12', () => {
    // The exponent is uniformly distributed, so that low numbers are as frequent as high ones.
    const firstByte = fc
      .double({ min: 0, max: Math.log(3.3e10), noNaN: true })
      .map((x) => Math.floor(Math.exp(x)));
    fc.assert(
      fc.property(firstByte, fc.integer({ min: 1, max: 3_000 }), (first, bytes) => {
        expect(firstDifference(sieve(first, bytes), expectedBitmap(first, bytes))).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the primes next to large powers of ten, and maximal gaps', () => {
    const neighbours = [
      [999_999_937, 1_000_000_007],
      [9_999_999_967, 10_000_000_019],
      [99_999_999_977, 100_000_000_003],
      [999_999_999_989, 1_000_000_000_039],
      // Maximal gaps between primes (OEIS A002386).
      [20_831_323, 20_831_533],
      [436_273_009, 436_273_291],
      [4_302_407_359, 4_302_407_713],
      [42_652_618_343, 42_652_618_807],
      [738_832_927_927, 738_832_928_467],
    ];
    for (const [before, after] of neighbours) {
      const first = byteOfNumber(before);
      const primes = numbersOf(sieve(first, 30), first);
      expect(primes[primes.indexOf(before) + 1]).toBe(after);
    }
  });

  it('works up to the last byte below MAX_NUMBER', () => {
    const first = Math.floor(MAX_NUMBER / 30) - 100;
    expect(firstDifference(sieve(first, 100), expectedBitmap(first, 100))).toBe(-1);
  });

  it('writes to a view at any alignment and not outside it', () => {
    const all = expectedBitmap(1_000_000, 9);
    for (let offset = 0; offset < 8; offset++) {
      for (let bytes = 1; bytes <= 9; bytes++) {
        const out = atOffset(new Uint8Array(bytes), offset);
        sieveSegment(out, 1_000_000, ALL_SIEVING_PRIMES);
        const expected = atOffset(all.subarray(0, bytes), offset);
        expect(firstDifference(new Uint8Array(out.buffer), new Uint8Array(expected.buffer))).toBe(-1);
      }
    }
  });

  it.each([
    [-1, 1],
    [0.5, 1],
    [NaN, 1],
    [0, 0],
    [byteOfNumber(MAX_NUMBER), 1],
  ])('rejects firstByte %p with %p bytes', (firstByte, bytes) => {
    expect(() => sieve(firstByte, bytes)).toThrow(RangeError);
  });
});

describe('the primes', () => {
  it.each(PRIMES_BELOW_POWER_OF_TEN.slice(0, 10).map((count, k) => [k, count]))(
    'π(10^%d) is %d',
    (k, count) => {
      expect(countPrimesUpTo(10 ** k)).toBe(count);
    },
  );

  it('the n-th prime equals the published value', () => {
    const bitmap = new Uint8Array(byteOfNumber(179_424_673) + 1);
    sieveSegment(bitmap, 0, ALL_SIEVING_PRIMES);
    for (const [n, prime] of NTH_PRIME) {
      if (n > 3 && n <= 10_000_000) expect(numberOfBit(0, nthSetBit(bitmap, n - 4))).toBe(prime);
    }
  });
});
