import { SEGMENT_BYTES, WHEEL_PRIMES, checkInteger } from '@primes/sieve/bitmap';
import { LAST_SEGMENT } from './segment-codec.ts';

/** The maximum count of an entry: all bits of a segment are set. */
export const MAX_PRIMES = SEGMENT_BYTES * 8;

/** The position of a prime: the `skip`-th (0-based) set bit of a segment's bitmap. */
export interface Location {
  readonly segment: number;
  readonly skip: number;
}

/**
 * A snapshot of which segments are stored and how many primes each has. The manifest of a store only grows, except that
 * entries of damaged segments are removed.
 *
 * A *rank* counts the primes of the bitmap from 0, so that 7 has rank 0; 2, 3 and 5 are not in the bitmap.
 */
export class Manifest {
  readonly #counts = new Map<number, number>();
  /** `#ends[i]`: primes in the segments 0…i. It ends before the first segment that is not stored. */
  readonly #ends: number[] = [];

  /** @param hash the hash in Redis; entries that our code cannot have written are ignored */
  constructor(hash: Readonly<Record<string, string>>) {
    for (const [field, value] of Object.entries(hash)) {
      const segment = parseDecimal(field, LAST_SEGMENT);
      const count = parseDecimal(value, MAX_PRIMES);
      // Every segment has primes: the gaps between primes below 2^53 are far shorter.
      if (segment !== undefined && count) this.#counts.set(segment, count);
    }
    let end = 0;
    for (let segment = 0; ; segment++) {
      const count = this.#counts.get(segment);
      if (count === undefined) break;
      this.#ends.push((end += count));
    }
  }

  /** Number of stored segments, including those after a gap. */
  get stored(): number {
    return this.#counts.size;
  }

  /** Number of stored segments before the first gap; also the index of the first missing segment. */
  get leadingSegments(): number {
    return this.#ends.length;
  }

  /**
   * The largest n for which the first n primes, including 2, 3 and 5, are stored; 0 without segment 0.
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
   * Finds the prime with this rank in O(log segments); undefined if a segment up to it is not stored.
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
   * Whether the first `n` primes can be read. The first three always can: they are in no segment.
   *
   * @throws {RangeError} If `n` is not a non-negative integer.
   */
  covers(n: number): boolean {
    checkInteger('n', n);
    return n <= WHEEL_PRIMES.length + this.#rankedPrimes;
  }

  /**
   * Number of segments, from 0 on, that contain the first `n` primes: 0 up to n = 3; undefined if one is not stored.
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
    if (end === undefined) throw new RangeError(`Segment ${segment} is after the first gap`);
    return end;
  }
}

/** Parses a canonical decimal number up to `max`; undefined for any other text. */
function parseDecimal(text: string, max: number): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 && value <= max && String(value) === text
    ? value
    : undefined;
}
