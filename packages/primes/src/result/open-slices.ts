import { setTimeout as delay } from 'node:timers/promises';
import {
  CorruptSegmentError,
  MissingSegmentError,
  readSegments,
  type Manifest,
  type PrimeSlice,
  type PrimeStore,
} from '@primes/prime-store';
import {
  ResultUnavailableError,
  type ResultClient,
  type ResultPage,
  type ResultReaderResources,
} from '@primes/contracts';
import type { Logger } from '@primes/service-kit';
import type { PrimesInput } from '../input.ts';
import type { ManifestCache } from '../manifest-cache.ts';
import type { ResultMetrics } from './metrics.ts';

/** A reader finds the same unreadable segment repeatedly while it waits, and reports it once. */
interface Reader extends ResultClient {
  readonly reported: Set<number>;
}

/**
 * Opens a page of the first n primes for streaming.
 *
 * @throws {ResultUnavailableError} if segments are missing or corrupt and not recomputed in time
 */
export type OpenSlices = (
  n: number,
  page: ResultPage,
  client: ResultClient,
) => Promise<AsyncIterable<PrimeSlice>>;

export interface OpenSlicesDeps extends Pick<ResultReaderResources<PrimesInput>, 'recompute'> {
  readonly store: PrimeStore;
  readonly manifests: ManifestCache;
  readonly metrics: ResultMetrics;
  readonly log: Pick<Logger, 'warn'>;
}

/** Maximum milliseconds that a reader waits for a repair: a worker recomputes a segment in milliseconds. */
const REPAIR_WAIT_MS = 2_000;
const REPAIR_POLL_MS = 50;

/** Checks before the first byte that all segments of the page exist, and that the first one is valid. */
export function createOpenSlices({ store, manifests, metrics, log, recompute }: OpenSlicesDeps): OpenSlices {
  return async function openSlices(n, page, client) {
    const reader = { ...client, reported: new Set<number>() };
    const deadline = performance.now() + REPAIR_WAIT_MS;
    for (;;) {
      try {
        return await open(n, page, reader);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        if (performance.now() > deadline) {
          throw new ResultUnavailableError(
            'A segment of the result is missing or corrupt and is being recomputed',
          );
        }
      }
      await delay(REPAIR_POLL_MS);
    }
  };

  async function open(n: number, page: ResultPage, reader: Reader): Promise<AsyncIterable<PrimeSlice>> {
    const slices = readPage(n, page, reader);
    // Reads the first segment before the response starts, so that an error still gets a status.
    const first: PrimeSlice[] = [];
    for (let next = await slices.next(); !next.done; next = await slices.next()) {
      first.push(next.value);
      if (next.value.kind === 'bitmap') break;
    }
    return concat(first, slices);
  }

  async function* readPage(
    n: number,
    { offset, take }: ResultPage,
    { reported, ...client }: Reader,
  ): AsyncGenerator<PrimeSlice> {
    // After an unreadable segment, the current one: it says what a worker has stored since.
    const manifest = await (reported.size > 0 ? manifests.newest() : manifests.covering(n));
    try {
      const missing = await missingSegment(manifest, offset, take);
      if (missing !== undefined) throw new MissingSegmentError(missing);
      yield* readSegments(store, { manifest, offset, limit: take, signal: client.signal });
    } catch (error) {
      if (isUnreadable(error)) {
        const { segment } = error;
        if (!reported.has(segment)) report(error, client.requestId);
        reported.add(segment);
        // Without an entry there is nothing to remove; a worker may have stored the segment since the manifest was read.
        if (manifest.has(segment)) await store.drop(segment);
        await recompute({ n, fresh: false }, client);
      }
      throw error;
    }
  }

  /** The first segment of a page that is in the manifest but not in Redis; one round trip if there is none. */
  async function missingSegment(
    manifest: Manifest,
    offset: number,
    take: number,
  ): Promise<number | undefined> {
    const from = manifest.segmentsFor(offset + 1);
    const to = manifest.segmentsFor(offset + take);
    // The reader itself reports a page that the manifest does not cover.
    if (from === undefined || to === undefined || take === 0) return undefined;
    const segments = Array.from({ length: to - Math.max(from - 1, 0) }, (_, i) => Math.max(from - 1, 0) + i);
    if (await store.exists(segments)) return undefined;
    for (const segment of segments) if (!(await store.exists([segment]))) return segment;
    return undefined;
  }

  function report(error: MissingSegmentError | CorruptSegmentError, requestId: string): void {
    metrics.segmentUnreadable(error instanceof CorruptSegmentError ? 'corrupt' : 'missing');
    const fields = { request_id: requestId, segment: error.segment, reason: error.message };
    log.warn(fields, 'segment missing or corrupt');
  }
}

function isUnreadable(error: unknown): error is MissingSegmentError | CorruptSegmentError {
  return error instanceof MissingSegmentError || error instanceof CorruptSegmentError;
}

async function* concat<T>(first: readonly T[], rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
