import { describe, expect, it } from '@jest/globals';
import { BIT_OF_RESIDUE, byteOfNumber, numberOfBit, RESIDUES } from './wheel30.ts';

describe('wheel 30', () => {
  it('has one bit for each number without a factor 2, 3 or 5, in ascending order', () => {
    const numbers = Array.from({ length: 80 }, (_, bit) => numberOfBit(2, bit));
    const coprime = Array.from({ length: 300 }, (_, i) => 60 + i).filter((n) => n % 2 && n % 3 && n % 5);
    expect(numbers).toEqual(coprime);
  });

  it('numberOfBit() and byteOfNumber() agree beyond 2^31', () => {
    const firstByte = 33_333_333_333;
    for (let bit = 0; bit < 64; bit++) {
      expect(byteOfNumber(numberOfBit(firstByte, bit))).toBe(firstByte + (bit >> 3));
    }
  });

  it('BIT_OF_RESIDUE is the inverse of RESIDUES', () => {
    expect([...BIT_OF_RESIDUE].filter((bit) => bit)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    for (const [i, residue] of RESIDUES.entries()) expect(BIT_OF_RESIDUE[residue]).toBe(1 << i);
  });
});
