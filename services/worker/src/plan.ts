import type { Manifest } from '@primes/prime-store';
import { SEGMENT_NUMBERS, nthPrimeUpperBound } from '@primes/sieve';

/** What a task needs, by the index of the segments. */
export interface Plan {
  /** How many segments, from 0 on, hold the first n primes, or surely do. */
  readonly total: number;
  /** Those of them that are not in the store, ascending. */
  readonly missing: readonly number[];
}

/**
 * The segments that the first `n` primes need. When the store has them all, exactly those; otherwise
 * up to the one that holds an upper bound of p(n): at most one too many for n up to 1e9.
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
