import { SEGMENT_BYTES, WHEEL_PRIMES } from '@primes/sieve';
import { checkInteger } from './check-integer.ts';
import { LAST_SEGMENT } from './segment-codec.ts';

/** The largest count that a manifest's entry can hold: every bit of a segment set. */
export const MOST_PRIMES = SEGMENT_BYTES * 8;

/** Where a prime is: the `skip`-th (0-based) set bit of a segment's bitmap. */
export interface Location {
  readonly segment: number;
  readonly skip: number;
}

/**
 * Which segments are stored and how many primes each holds, as it was at one moment. It never changes; a
 * store's manifest only grows, but for the entries of damaged segments.
 *
 * A *rank* counts the primes of the bitmap from 0, so that 7 has rank 0; 2, 3 and 5 are not in the bitmap.
 */
export class Manifest {
  readonly #counts = new Map<number, number>();
  /** `#ends[i]`: primes in the segments 0…i. It ends before the first segment that is not stored. */
  readonly #ends: number[] = [];

  /**
   * Takes the hash as Redis gives it. An entry that no writer of ours could have made counts as not there.
   */
  constructor(hash: Readonly<Record<string, string>>) {
    for (const [field, value] of Object.entries(hash)) {
      const segment = parseDecimal(field, LAST_SEGMENT);
      const count = parseDecimal(value, MOST_PRIMES);
      // No segment is without primes: the gaps between primes below 2^53 are far shorter.
      if (segment !== undefined && count) this.#counts.set(segment, count);
    }
    let end = 0;
    for (let segment = 0; ; segment++) {
      const count = this.#counts.get(segment);
      if (count === undefined) break;
      this.#ends.push((end += count));
    }
  }

  /** How many segments are stored, gaps or not. */
  get stored(): number {
    return this.#counts.size;
  }

  /** How many segments are stored from 0 on without a gap; also the index of the first that is not. */
  get leadingSegments(): number {
    return this.#ends.length;
  }

  /**
   * The largest n for which the first n primes, with 2, 3 and 5, are stored; 0 for a store without segment 0.
   */
  get cachedPrimes(): number {
    return this.#ends.length === 0 ? 0 : WHEEL_PRIMES.length + this.#rankedPrimes;
  }

  has(segment: number): boolean {
    return this.#counts.has(segment);
  }

  /** The number of primes in the segment. */
  count(segment: number): number | undefined {
    return this.#counts.get(segment);
  }

  /**
   * Finds the prime of that rank in O(log segments); undefined where a segment up to there is not stored.
   *
   * @throws {RangeError} If `rank` is not a non-negative integer.
   */
  locate(rank: number): Location | undefined {
    checkInteger('rank', rank);
    if (rank >= this.#rankedPrimes) return undefined;
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#endOf(middle) > rank) high = middle;
      else low = middle + 1;
    }
    return { segment: low, skip: low === 0 ? rank : rank - this.#endOf(low - 1) };
  }

  /**
   * Whether the first `n` primes can be read. The first three always can: no segment holds them.
   *
   * @throws {RangeError} If `n` is not a non-negative integer.
   */
  covers(n: number): boolean {
    checkInteger('n', n);
    return n <= WHEEL_PRIMES.length + this.#rankedPrimes;
  }

  /**
   * How many segments from 0 on hold the first `n` primes: 0 up to n = 3, undefined where one is not stored.
   *
   * @throws {RangeError} If `n` is not a non-negative integer.
   */
  segmentsFor(n: number): number | undefined {
    checkInteger('n', n);
    if (n <= WHEEL_PRIMES.length) return 0;
    const last = this.locate(n - WHEEL_PRIMES.length - 1);
    return last && last.segment + 1;
  }

  get #rankedPrimes(): number {
    return this.#ends.at(-1) ?? 0;
  }

  #endOf(segment: number): number {
    const end = this.#ends[segment];
    if (end === undefined) throw new RangeError(`Segment ${segment} is past the first gap`);
    return end;
  }
}

/** The number that `text` is the canonical decimal form of, or undefined; at most `most`. */
function parseDecimal(text: string, most: number): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 && value <= most && String(value) === text
    ? value
    : undefined;
}
