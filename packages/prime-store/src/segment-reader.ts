import { SEGMENT_BYTES, WHEEL_PRIMES } from '@primes/sieve';
import type { Manifest } from './manifest.ts';
import { checkInteger } from './check-integer.ts';
import type { PrimeStore, SegmentLookup } from './prime-store.ts';
import { CorruptSegmentError, MissingSegmentError } from './segment-errors.ts';

/**
 * Segments in one round trip. Two batches are alive at a time, one with the consumer and one on its way: 4 ×
 * 128 KiB a reader, 50 MiB for a hundred slow ones. A segment takes milliseconds to format and a fraction of
 * one to fetch, so a larger batch gains nothing.
 */
const BATCH = 2;

/** A run of consecutive primes: the first three in plain, all others as bits. */
export type PrimeSlice =
  | { readonly kind: 'wheel'; readonly primes: readonly number[] }
  | {
      readonly kind: 'bitmap';
      readonly bitmap: Uint8Array;
      /**
       * The byte of the infinite bitmap that `bitmap` starts at: its first bit is the number `firstByte * 30
       * + 1`.
       */
      readonly firstByte: number;
      /** Set bits to pass over, then set bits to take. */
      readonly skip: number;
      readonly take: number;
    };

export interface ReadOptions {
  readonly manifest: Manifest;
  /** The first prime to read: 0 is 2. */
  readonly offset: number;
  /** How many primes to read. */
  readonly limit: number;
  /** Ends the reading with its reason before the next slice. */
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
 * Reads the primes from `offset` on in order, the next batch of segments on its way while the consumer has
 * the current. It fetches only segments that hold some of them, and no more once the consumer returns.
 *
 * @throws {RangeError} If `offset` or `limit` is not a non-negative integer.
 * @throws {MissingSegmentError} Before the first slice if the manifest does not cover the page; later if a
 * segment is gone.
 * @throws {CorruptSegmentError} If a segment is damaged, or counts other primes than the manifest says.
 */
export async function* readSegments(
  store: PrimeStore,
  { manifest, offset, limit, signal }: ReadOptions,
): AsyncGenerator<PrimeSlice, void, undefined> {
  const parts = partsOf(manifest, offset, limit);
  const fetch = (from: number): Promise<(PrimeSlice | Error)[]> => {
    const slices = fetchSlices(store, parts.slice(from, from + BATCH));
    // A consumer that has left must not leave an unhandled rejection behind; one that stays meets it at its
    // await.
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
    return new CorruptSegmentError(segment, `it holds ${found.count} primes, the manifest says ${count}`);
  }
  return { kind: 'bitmap', bitmap: found.bitmap, firstByte: segment * SEGMENT_BYTES, skip, take };
}
