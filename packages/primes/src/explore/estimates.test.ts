import { describe, expect, it } from '@jest/globals';
import { gapsOf, lastDigits, li, samplePlaces, spiralPlace } from './estimates.ts';

describe('li()', () => {
  // https://oeis.org/A057754
  it.each([
    [10, 6.1656],
    [1_000, 177.6097],
    [1_000_000, 78_627.5492],
    [1_000_000_000, 50_849_234.957],
  ])('of %d is %d', (x, expected) => {
    expect(Math.abs(li(x) / expected - 1)).toBeLessThan(1e-5);
  });
});

describe('gapsOf()', () => {
  it('counts gaps, and lists those that were the largest so far', () => {
    const { counts, records } = gapsOf([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect([...counts]).toEqual([
      [1, 1],
      [2, 4],
      [4, 3],
      [6, 1],
    ]);
    expect(records).toEqual([
      { gap: 1, after: 2 },
      { gap: 2, after: 3 },
      { gap: 4, after: 7 },
      { gap: 6, after: 23 },
    ]);
  });
});

describe('lastDigits()', () => {
  it('counts 1, 3, 7 and 9', () => {
    const digits = lastDigits([2, 3, 5, 7, 11, 13, 17, 19]);
    expect([...digits]).toEqual([
      [1, 1],
      [3, 2],
      [7, 2],
      [9, 1],
    ]);
  });
});

describe('spiralPlace()', () => {
  it('winds each number beside the one before, and meets no place twice', () => {
    const places = Array.from({ length: 1_000 }, (_, i) => spiralPlace(i + 1));
    expect(new Set(places.map(String)).size).toBe(places.length);
    for (const [i, [x, y]] of places.entries()) {
      const [beforeX, beforeY] = places[i - 1] ?? [1, 0];
      expect(Math.abs(x - beforeX) + Math.abs(y - beforeY)).toBe(1);
    }
    expect(places.slice(0, 3)).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
  });
});

describe('samplePlaces()', () => {
  it('ends with n and has no place twice', () => {
    expect(samplePlaces(10, 5)).toEqual([2, 3, 4, 6, 10]);
    expect(samplePlaces(2, 50)).toEqual([1, 2]);
  });
});
