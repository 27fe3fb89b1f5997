import type { Manifest } from '@primes/prime-store';
import { nthPrimeUpperBound } from '@primes/sieve';
import { SEGMENT_NUMBERS } from '@primes/sieve/bitmap';

/** The segments of a task, by index. */
export interface Plan {
  /** Number of segments, from 0 on, that are sufficient for the first n primes. */
  readonly total: number;
  /** Those that are not stored, ascending. */
  readonly missing: readonly number[];
}

/**
 * The segments of the first `n` primes. Exact if all are stored; otherwise up to the segment of an upper bound of p(n): at
 * most one too many for n up to 1e9.
 * `fresh` counts them all as missing.
 */
export function planSegments(n: number, manifest: Manifest, { fresh }: { fresh: boolean }): Plan {
  const total = manifest.segmentsFor(n) ?? Math.floor(nthPrimeUpperBound(n) / SEGMENT_NUMBERS) + 1;
  const missing: number[] = [];
  for (let segment = 0; segment < total; segment++) {
    if (fresh || !manifest.has(segment)) missing.push(segment);
  }
  return { total, missing };
}
