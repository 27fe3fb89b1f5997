import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Manifest, MAX_PRIMES } from './manifest.ts';

/** Small counts, so that the naive list of all primes of the store stays short. */
const counts = fc.dictionary(
  fc.integer({ min: 0, max: 12 }).map(String),
  fc.integer({ min: 1, max: 5 }).map(String),
  { maxKeys: 12 },
);

/** Every prime of the leading segments in order, as `[segment, skip]`. */
function naivePrimes(hash: Record<string, string>): [number, number][] {
  const primes: [number, number][] = [];
  for (let segment = 0; String(segment) in hash; segment++) {
    for (let skip = 0; skip < Number(hash[segment]); skip++) primes.push([segment, skip]);
  }
  return primes;
}

describe('Manifest', () => {
  it('locates every rank like a naive walk through the segments', () => {
    fc.assert(
      fc.property(counts, (hash) => {
        const manifest = new Manifest(hash);
        const primes = naivePrimes(hash);
        for (const [rank, [segment, skip]] of primes.entries()) {
          expect(manifest.locate(rank)).toEqual({ segment, skip });
        }
        expect(manifest.locate(primes.length)).toBeUndefined();
        expect(manifest.locate(primes.length + 100)).toBeUndefined();
      }),
    );
  });

  it('counts the segments and the first n primes like a naive walk', () => {
    fc.assert(
      fc.property(counts, (hash) => {
        const manifest = new Manifest(hash);
        const primes = naivePrimes(hash);
        const whole = primes.length + 3;
        expect(manifest.stored).toBe(Object.keys(hash).length);
        expect(manifest.leadingSegments).toBe((primes.at(-1)?.[0] ?? -1) + 1);
        expect(manifest.cachedPrimes).toBe(primes.length === 0 ? 0 : whole);
        for (let n = 0; n <= whole + 2; n++) {
          expect(manifest.covers(n)).toBe(n <= whole);
          const needed = n <= 3 ? 0 : new Set(primes.slice(0, n - 3).map(([segment]) => segment)).size;
          expect(manifest.segmentsFor(n)).toBe(n <= whole ? needed : undefined);
        }
      }),
    );
  });

  it('contains the segments after a gap, but locates no rank in them', () => {
    const manifest = new Manifest({ 0: '10', 2: '8' });
    expect(manifest.has(2)).toBe(true);
    expect(manifest.count(2)).toBe(8);
    expect(manifest.has(1)).toBe(false);
    expect(manifest.count(1)).toBeUndefined();
    expect(manifest.stored).toBe(2);
    expect(manifest.leadingSegments).toBe(1);
    expect(manifest.cachedPrimes).toBe(13);
    expect(manifest.locate(10)).toBeUndefined();
  });

  it('ignores entries that no writer produces', () => {
    const fields = ['-1', '1.5', '01', '+1', ' 1', '1e0', '', 'NaN', '0x1', '9007199254740993', '4294967296'];
    for (const field of fields) expect(new Manifest({ [field]: '5' }).stored).toBe(0);
    const values = ['0', '-5', '5.5', '05', '5 ', '', 'five', 'Infinity', '1e3', String(MAX_PRIMES + 1)];
    for (const value of values) expect(new Manifest({ 0: value }).has(0)).toBe(false);
    expect(new Manifest({ 0: String(MAX_PRIMES) }).count(0)).toBe(MAX_PRIMES);
  });

  it('does not change when the hash changes later', () => {
    const hash: Record<string, string> = { 0: '10' };
    const manifest = new Manifest(hash);
    hash['1'] = '9';
    expect(manifest.cachedPrimes).toBe(13);
  });

  it('rejects an invalid rank or n', () => {
    const manifest = new Manifest({ 0: '10' });
    for (const value of [-1, 0.5, NaN, Infinity]) {
      expect(() => manifest.locate(value)).toThrow(RangeError);
      expect(() => manifest.covers(value)).toThrow(RangeError);
      expect(() => manifest.segmentsFor(value)).toThrow(RangeError);
    }
  });
});
