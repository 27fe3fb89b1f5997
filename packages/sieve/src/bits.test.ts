import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atOffset } from '../test/oracle.ts';
import { countBits, lowestBit, nthSetBit } from './bits.ts';

const unaligned = fc
  .tuple(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 7 }))
  .map(([bytes, offset]) => atOffset(bytes, offset));

/** The indices of the set bits, tested bit by bit. */
function setBits(bitmap: Uint8Array): number[] {
  const indices: number[] = [];
  for (let bit = 0; bit < 8 * bitmap.length; bit++)
    if ((bitmap[bit >> 3] >> (bit & 7)) & 1) indices.push(bit);
  return indices;
}

describe('countBits()', () => {
  it('counts each byte value at each position in a word', () => {
    for (let value = 0; value < 256; value++) {
      for (let place = 0; place < 7; place++) {
        const bitmap = new Uint8Array(7);
        bitmap[place] = value;
        expect(countBits(bitmap)).toBe(setBits(bitmap).length);
      }
    }
  });

  it('counts at any alignment and length', () => {
    fc.assert(fc.property(unaligned, (bitmap) => countBits(bitmap) === setBits(bitmap).length));
    expect(countBits(new Uint8Array(1_003).fill(0xff))).toBe(8_024);
  });
});

describe('nthSetBit()', () => {
  it('finds every set bit at any alignment and length, and none after the last', () => {
    fc.assert(
      fc.property(unaligned, (bitmap) => {
        const expected = setBits(bitmap);
        expect(expected.map((_, k) => nthSetBit(bitmap, k))).toEqual(expected);
        expect(() => nthSetBit(bitmap, expected.length)).toThrow(RangeError);
      }),
    );
  });

  it('includes the number of set bits in the error if there are too few', () => {
    expect(() => nthSetBit(Uint8Array.of(0xff, 1), 12)).toThrow(
      '`k` must be less than the number of set bits, 9: received 12',
    );
  });

  it.each([-1, 0.5, NaN])('rejects k = %p', (k) => {
    expect(() => nthSetBit(Uint8Array.of(0xff), k)).toThrow(RangeError);
  });
});

describe('lowestBit()', () => {
  it('ignores the bits above', () => {
    for (let bit = 0; bit < 32; bit++) expect(lowestBit(-1 << bit)).toBe(bit);
  });
});
