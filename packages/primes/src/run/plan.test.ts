import { describe, expect, it } from '@jest/globals';
import { Manifest } from '@primes/prime-store';
import { SEGMENT_NUMBERS } from '@primes/sieve/bitmap';
import { NTH_PRIME } from '../../../sieve/test/known-primes.ts';
import fc from 'fast-check';
import { planSegments } from './plan.ts';

const EMPTY = new Manifest({});
const NOT_FRESH = { fresh: false };
const FRESH = { fresh: true };

/** A manifest whose segments, from 0 on, hold these numbers of primes. */
function manifestOf(...counts: number[]): Manifest {
  return new Manifest(Object.fromEntries(counts.map((count, segment) => [segment, String(count)])));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, segment) => segment);
}

describe('planSegments()', () => {
  it.each([1, 2, 3])('needs no segment for n = %d: no segment contains 2, 3 and 5', (n) => {
    expect(planSegments(n, EMPTY, NOT_FRESH)).toEqual({ total: 0, missing: [] });
    expect(planSegments(n, manifestOf(100), FRESH)).toEqual({ total: 0, missing: [] });
  });

  it('needs the first segment from n = 4 on', () => {
    expect(planSegments(4, EMPTY, NOT_FRESH)).toEqual({ total: 1, missing: [0] });
  });

  it.each([...NTH_PRIME].filter(([n]) => n > 3))(
    'covers p(%d) = %d with at most one extra segment',
    (n, p) => {
      const { total, missing } = planSegments(n, EMPTY, NOT_FRESH);
      const needed = Math.floor(p / SEGMENT_NUMBERS) + 1;
      expect(total).toBeGreaterThanOrEqual(needed);
      expect(total).toBeLessThanOrEqual(needed + 1);
      expect(missing).toEqual(upTo(total));
    },
  );

  it('needs exactly the segments that hold the first n primes once they are all stored', () => {
    const manifest = manifestOf(10, 10, 10);
    expect(planSegments(13, manifest, NOT_FRESH)).toEqual({ total: 1, missing: [] });
    expect(planSegments(14, manifest, NOT_FRESH)).toEqual({ total: 2, missing: [] });
    expect(planSegments(33, manifest, NOT_FRESH)).toEqual({ total: 3, missing: [] });
  });

  it('reports segments that are not stored as missing, including gaps', () => {
    const manifest = new Manifest({ 0: '10', 2: '10' });
    const { total, missing } = planSegments(1_000_000, manifest, NOT_FRESH);
    expect(missing).toEqual(upTo(total).filter((segment) => segment !== 0 && segment !== 2));
  });

  it('reports all segments that the task needs as missing when fresh', () => {
    expect(planSegments(14, manifestOf(10, 10, 10), FRESH)).toEqual({ total: 2, missing: [0, 1] });
  });

  it('splits the segments from 0 to total into stored and missing ones for any set of stored segments', () => {
    const stored = fc.uniqueArray(fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), stored, (n, segments) => {
        const manifest = new Manifest(Object.fromEntries(segments.map((segment) => [segment, '200000'])));
        const { total, missing } = planSegments(n, manifest, NOT_FRESH);
        expect(missing).toEqual(upTo(total).filter((segment) => !segments.includes(segment)));
        // If nothing is missing, the stored segments must suffice.
        if (missing.length === 0) expect(manifest.covers(n)).toBe(true);
      }),
    );
  });
});
