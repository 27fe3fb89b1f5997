import { beforeAll, describe, expect, it } from '@jest/globals';
import { PRIMES_BELOW_POWER_OF_TEN } from '../test/known-primes.ts';
import fc from 'fast-check';
import { atOffset, expectedBitmap, firstDifference } from '../test/oracle.ts';
import { countPrimesUpTo } from '../test/count-primes.ts';
import { countBits } from './bits.ts';
import { KernelSieve } from './kernel-sieve.ts';
import { compileKernel } from './pool/kernel-module.ts';
import { sieveSegment } from './segment-sieve.ts';
import { sievingPrimesUpTo } from './sieving-primes.ts';
import { MAX_NUMBER, SEGMENT_BYTES } from './tuning.ts';
import { byteOfNumber } from './wheel30.ts';

const ALL_SIEVING_PRIMES = sievingPrimesUpTo(2 ** 20);
const LAST_BYTE = byteOfNumber(MAX_NUMBER);
/** The highest byte that a task can need: the 10^9-th prime is 22,801,763,489. */
const HIGHEST_TASK_BYTE = byteOfNumber(2.3e10);

// All tests share one instance, so that each range runs on memory that earlier ranges have used.
let kernel: KernelSieve;
beforeAll(() => {
  kernel = new KernelSieve(compileKernel()!);
});

/** Compares the bytes and the count with those of `sieveSegment`. */
function expectEqual(firstByte: number, bytes: number): void {
  const expected = new Uint8Array(bytes);
  sieveSegment(expected, firstByte, ALL_SIEVING_PRIMES);
  const out = new Uint8Array(bytes).fill(0x5a);
  const count = kernel.sieve(out, firstByte);
  // `expect` only on a difference, because there are thousands of ranges.
  const difference = firstDifference(out, expected);
  if (difference !== -1 || count !== countBits(expected)) {
    expect({ firstByte, bytes, difference, count }).toEqual({ difference: -1, count: countBits(expected) });
  }
}

describe('KernelSieve', () => {
  it('equals trial division for every range of the first 100 bytes', () => {
    const all = expectedBitmap(0, 100);
    for (let first = 0; first < 100; first++) {
      for (let end = first + 1; end <= 100; end++) {
        const out = new Uint8Array(end - first);
        kernel.sieve(out, first);
        expect(firstDifference(out, all.subarray(first, end))).toBe(-1);
      }
    }
  });

  it('equals the oracle for the first ranges of a new instance, for any sizes', () => {
    for (let bytes = 1; bytes <= 300; bytes++) {
      const first = new KernelSieve(compileKernel()!);
      const out = new Uint8Array(bytes);
      first.sieve(out, 0);
      expect(firstDifference(out, expectedBitmap(0, bytes))).toBe(-1);
    }
  });

  it('equals the oracle when segment boundaries shift', () => {
    for (let slide = -40; slide <= 40; slide++) {
      expectEqual(SEGMENT_BYTES + slide, SEGMENT_BYTES);
      expectEqual(byteOfNumber(1e9) + slide, SEGMENT_BYTES + slide);
    }
  });

  it('equals the oracle around block and vector boundaries', () => {
    const block = SEGMENT_BYTES / 4;
    for (const border of [16, 32, 64, 4_096, block, 2 * block, 3 * block, SEGMENT_BYTES, 2 * SEGMENT_BYTES]) {
      for (let slide = -3; slide <= 3; slide++) expectEqual(7_777_777, border + slide);
    }
  });

  it('equals the oracle where the next class of primes, or its first prime, begins', () => {
    // The last and the first primes of the patterns, the small, the medium and the sparse ones.
    for (const p of [251, 257, 3_989, 4_001, 131_071, 131_101, 1_048_573]) {
      for (let slide = -2; slide <= 2; slide++) {
        expectEqual(byteOfNumber(p ** 2) + slide, 40);
        expectEqual(Math.max(0, byteOfNumber(p ** 2) - SEGMENT_BYTES) + slide + 2, SEGMENT_BYTES);
      }
    }
  });

  it('equals the oracle for any position and size up to the highest that a task can need', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: HIGHEST_TASK_BYTE }),
        fc.integer({ min: 1, max: SEGMENT_BYTES }),
        (firstByte, bytes) => {
          expectEqual(firstByte, bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('equals the oracle for any position and size up to MAX_NUMBER', () => {
    // The exponent is uniformly distributed, so that low numbers are as frequent as high ones.
    const firstByte = fc
      .double({ min: 0, max: Math.log(LAST_BYTE - SEGMENT_BYTES), noNaN: true })
      .map((x) => Math.floor(Math.exp(x)));
    fc.assert(
      fc.property(firstByte, fc.integer({ min: 1, max: SEGMENT_BYTES }), (first, bytes) => {
        expectEqual(first, bytes);
      }),
      { numRuns: 100 },
    );
    expectEqual(LAST_BYTE - SEGMENT_BYTES, SEGMENT_BYTES);
  });

  it('equals the oracle for any split of a range', () => {
    const first = byteOfNumber(5e9);
    const all = new Uint8Array(3 * SEGMENT_BYTES);
    kernel.sieve(all, first);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 * SEGMENT_BYTES }), { minLength: 2 }), (sizes) => {
        let at = 0;
        for (const size of sizes) {
          const out = new Uint8Array(Math.min(size, all.length - at));
          if (out.length === 0) break;
          kernel.sieve(out, first + at);
          expect(firstDifference(out, all.subarray(at, at + out.length))).toBe(-1);
          at += out.length;
        }
      }),
      { numRuns: 50 },
    );
    expectEqual(first, all.length);
  });

  it('writes to a view at any alignment and not outside it', () => {
    const all = expectedBitmap(1_000_000, 40);
    for (let offset = 0; offset < 8; offset++) {
      for (let bytes = 1; bytes <= 40; bytes++) {
        const out = atOffset(new Uint8Array(bytes), offset);
        kernel.sieve(out, 1_000_000);
        const expected = atOffset(all.subarray(0, bytes), offset);
        expect(firstDifference(new Uint8Array(out.buffer), new Uint8Array(expected.buffer))).toBe(-1);
      }
    }
  });

  it.each(PRIMES_BELOW_POWER_OF_TEN.slice(0, 10).map((count, k) => [k, count]))(
    'counts π(10^%d) = %d',
    (k, count) => {
      expect(countPrimesUpTo(10 ** k, kernel)).toBe(count);
    },
  );

  it.each([
    [-1, 1],
    [0.5, 1],
    [NaN, 1],
    [0, 0],
    [LAST_BYTE, 1],
  ])('rejects firstByte %p with %p bytes', (firstByte, bytes) => {
    expect(() => kernel.sieve(new Uint8Array(bytes), firstByte)).toThrow(RangeError);
  });
});
