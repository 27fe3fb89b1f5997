import { SEGMENT_BYTES, WHEEL_PRIMES, checkInteger } from '@primes/sieve/bitmap';
import type { Manifest } from './manifest.ts';
import type { PrimeStore, SegmentLookup } from './prime-store.ts';
import { CorruptSegmentError, MissingSegmentError } from './segment-errors.ts';

/**
 * Segments per round trip. There are two batches at a time, one with the consumer and one in transit: 4 × 128 KiB per
 * reader, 50 MiB for a hundred slow ones. A segment takes milliseconds to format and less than one to fetch, so a larger
 * batch gains nothing.
 */
const BATCH = 2;

/** Consecutive primes: the first three as numbers, all others as bits. */
export type PrimeSlice =
  | { readonly kind: 'wheel'; readonly primes: readonly number[] }
  | {
      readonly kind: 'bitmap';
      readonly bitmap: Uint8Array;
      /** The position of `bitmap`: its first bit is the number `firstByte * 30 + 1`. */
      readonly firstByte: number;
      /** Set bits to skip, then set bits to take. */
      readonly skip: number;
      readonly take: number;
    };

export interface ReadOptions {
  readonly manifest: Manifest;
  /** Index of the first prime to read; the prime 2 has index 0. */
  readonly offset: number;
  /** Number of primes to read. */
  readonly limit: number;
  /** Aborts the read, with its reason, before the next slice. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of one segment that a page needs. */
interface Part {
  readonly segment: number;
  readonly count: number;
  readonly skip: number;
  readonly take: number;
}

/**
 * Reads the primes from `offset` on in order; fetches the next batch of segments while the consumer has the current one. It
 * fetches only the segments of the page, and none after the consumer has returned.
 *
 * @throws {RangeError} If `offset` or `limit` is not a non-negative integer.
 * @throws {MissingSegmentError} Before the first slice if the manifest does not cover the page; later if a segment is
 * missing.
 * @throws {CorruptSegmentError} If a segment is damaged, or its count differs from the manifest.
 */
export async function* readSegments(
  store: PrimeStore,
  { manifest, offset, limit, signal }: ReadOptions,
): AsyncGenerator<PrimeSlice, void, undefined> {
  const parts = partsOf(manifest, offset, limit);
  const fetch = (from: number): Promise<(PrimeSlice | Error)[]> => {
    const slices = fetchSlices(store, parts.slice(from, from + BATCH));
    // If the consumer has returned, the rejection must not be unhandled; otherwise it is thrown at the `await`.
    slices.catch(() => undefined);
    return slices;
  };

  signal?.throwIfAborted();
  let coming = fetch(0);
  if (offset < WHEEL_PRIMES.length && limit > 0) {
    yield { kind: 'wheel', primes: WHEEL_PRIMES.slice(offset, offset + limit) };
  }
  for (let from = 0; from < parts.length; from += BATCH) {
    const slices = await coming;
    signal?.throwIfAborted();
    coming = fetch(from + BATCH);
    for (const slice of slices) {
      signal?.throwIfAborted();
      if (slice instanceof Error) throw slice;
      yield slice;
    }
  }
}

function partsOf(manifest: Manifest, offset: number, limit: number): Part[] {
  checkInteger('offset', offset);
  checkInteger('limit', limit);
  const end = offset + limit;
  if (limit === 0 || end <= WHEEL_PRIMES.length) return [];
  const firstRank = Math.max(offset - WHEEL_PRIMES.length, 0);
  const start = manifest.locate(firstRank);
  if (!start) throw new MissingSegmentError(manifest.leadingSegments);

  const parts: Part[] = [];
  let { segment, skip } = start;
  let remaining = end - WHEEL_PRIMES.length - firstRank;
  while (remaining > 0) {
    const count = manifest.count(segment);
    if (count === undefined) throw new MissingSegmentError(segment);
    const take = Math.min(count - skip, remaining);
    parts.push({ segment, count, skip, take });
    remaining -= take;
    segment++;
    skip = 0;
  }
  return parts;
}

async function fetchSlices(store: PrimeStore, parts: readonly Part[]): Promise<(PrimeSlice | Error)[]> {
  const found = await store.get(parts.map(({ segment }) => segment));
  return parts.map((part, i) => sliceOf(part, found[i] ?? new MissingSegmentError(part.segment)));
}

function sliceOf({ segment, count, skip, take }: Part, found: SegmentLookup): PrimeSlice | Error {
  if (found instanceof Error) return found;
  if (found.count !== count) {
    return new CorruptSegmentError(segment, `expected ${count} primes, received ${found.count}`);
  }
  return { kind: 'bitmap', bitmap: found.bitmap, firstByte: segment * SEGMENT_BYTES, skip, take };
}
