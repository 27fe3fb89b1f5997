import { setTimeout as delay } from 'node:timers/promises';
import {
  CorruptSegmentError,
  MissingSegmentError,
  readSegments,
  type Manifest,
  type PrimeSlice,
  type PrimeStore,
} from '@primes/prime-store';
import type { Logger } from '@primes/service-kit';
import { httpError } from '../errors.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { TaskQueues } from '../queue/task-queues.ts';

/** Which of the first n primes to read: all after `offset`, at most `take`. */
export interface Page {
  readonly offset: number;
  readonly take: number;
}

export interface Reader {
  /** Aborted when nobody reads any more. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly traceparent: string;
}

/** A reader meets the same damage again and again while it waits, and tells of it once. */
interface TellingReader extends Reader {
  readonly told: Set<number>;
}

/**
 * The primes of a page of the first n, ready to be streamed.
 *
 * @throws {HttpError} `result_unavailable` when the store has lost some and they are not back in time
 */
export type OpenResult = (n: number, page: Page, reader: Reader) => Promise<AsyncIterable<PrimeSlice>>;

export interface OpenResultDeps {
  readonly store: PrimeStore;
  readonly queues: TaskQueues;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
}

/** How long a reader waits for a repair: a lost segment takes a worker milliseconds, no worker longer. */
const REPAIR_WAIT_MS = 2_000;
const REPAIR_POLL_MS = 50;

/** Makes sure that every segment of the page is there, and the first one sound, before the first byte. */
export function createOpenResult({ store, queues, metrics, log }: OpenResultDeps): OpenResult {
  return async function openResult(n, page, client) {
    const reader = { ...client, told: new Set<number>() };
    const deadline = Date.now() + REPAIR_WAIT_MS;
    for (;;) {
      try {
        return await open(n, page, reader);
      } catch (error) {
        if (!isDamage(error)) throw error;
        if (Date.now() > deadline) {
          const detail = 'The store has lost a part of it, and a worker is to compute it again';
          throw httpError('result_unavailable', { detail, retryAfter: 2 });
        }
      }
      await delay(REPAIR_POLL_MS);
    }
  };

  async function open(n: number, page: Page, reader: TellingReader): Promise<AsyncIterable<PrimeSlice>> {
    const manifest = await store.manifest();
    const slices = repairing(readPage(manifest, page, reader.signal), n, reader);
    // Up to the first segment: what is wrong with it can still be answered with a status.
    const first: PrimeSlice[] = [];
    for (let next = await slices.next(); !next.done; next = await slices.next()) {
      first.push(next.value);
      if (next.value.kind === 'bitmap') break;
    }
    return concat(first, slices);
  }

  async function* readPage(
    manifest: Manifest,
    { offset, take }: Page,
    signal: AbortSignal,
  ): AsyncGenerator<PrimeSlice> {
    const lost = await lostSegment(manifest, offset, take);
    if (lost !== undefined) throw new MissingSegmentError(lost);
    yield* readSegments(store, { manifest, offset, limit: take, signal });
  }

  /** The first segment of a page that the manifest promises and Redis has not; one round trip if none. */
  async function lostSegment(manifest: Manifest, offset: number, take: number): Promise<number | undefined> {
    const from = manifest.segmentsFor(offset + 1);
    const to = manifest.segmentsFor(offset + take);
    // The reader itself reports a page that the manifest does not cover.
    if (from === undefined || to === undefined || take === 0) return undefined;
    const segments = Array.from({ length: to - Math.max(from - 1, 0) }, (_, i) => Math.max(from - 1, 0) + i);
    if (await store.exists(segments)) return undefined;
    for (const segment of segments) if (!(await store.exists([segment]))) return segment;
    return undefined;
  }

  /** Damage that a reader meets is taken out of the manifest and mended before any waiting task. */
  async function* repairing(
    slices: AsyncGenerator<PrimeSlice>,
    n: number,
    { requestId, traceparent, told }: TellingReader,
  ): AsyncGenerator<PrimeSlice> {
    try {
      yield* slices;
    } catch (error) {
      if (isDamage(error)) {
        if (!told.has(error.segment)) report(error, requestId);
        told.add(error.segment);
        await store.drop(error.segment);
        await queues.addRepair(n, { requestId, traceparent });
      }
      throw error;
    }
  }

  function report(error: MissingSegmentError | CorruptSegmentError, requestId: string): void {
    metrics.segmentUnreadable(error instanceof CorruptSegmentError ? 'corrupt' : 'missing');
    const fields = { request_id: requestId, segment: error.segment, reason: error.message };
    log.warn(fields, 'damage in the store');
  }
}

function isDamage(error: unknown): error is MissingSegmentError | CorruptSegmentError {
  return error instanceof MissingSegmentError || error instanceof CorruptSegmentError;
}

async function* concat<T>(first: readonly T[], rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
