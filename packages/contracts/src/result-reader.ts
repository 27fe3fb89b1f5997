import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type * as z from 'zod';
import type { ValuesOf } from './job-type.ts';
import type { RedisClient } from './redis-client.ts';

/**
 * The part of a job type that only the api loads, for results that are too large for the queue: reads them by page and
 * format. A job type without it shows what the run returned, as JSON and without pages: `?limit=0` returns only the
 * status, and any other `limit` or `offset` is rejected.
 */
export interface ResultReaderFactory<Input, Variables extends z.ZodRawShape = z.ZodRawShape> {
  /**
   * The first one is for clients that accept any. One must be `application/json`: its chunks are the value of `result`,
   * which must be an array.
   */
  readonly formats: readonly ResultFormat[];
  /** Called once, before the first request. If it fails, the api does not start. */
  readonly open: (
    resources: ResultReaderResources<Input, Variables>,
  ) => ResultReader<Input> | Promise<ResultReader<Input>>;
}

/** What a reader may use from the start of the api to its end. */
export interface ResultReaderResources<Input, Variables extends z.ZodRawShape = z.ZodRawShape> {
  /** The values of the job type's `variables`. */
  readonly config: ValuesOf<Variables>;
  /**
   * Opens a connection to the Redis of the job's data (`STORE_REDIS_URL`, or the queue's Redis), whose commands fail at
   * once while Redis is unavailable. The api closes it.
   */
  readonly redis: () => RedisClient;
  /** `STORE_PREFIX`, with which all keys of the job's data start. */
  readonly keyPrefix: string;
  readonly registry: Registry;
  readonly log: Logger;
  /** Requests a run with this input before all waiting tasks. Requests for the same input create one BullMQ job. */
  readonly recompute: (input: Input, client: ResultClient) => Promise<void>;
}

/** The client that reads a result. */
export interface ResultClient {
  readonly requestId: string;
  readonly traceparent: string;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/** A format of a result. */
export interface ResultFormat {
  readonly mediaType: string;
  /** The whole body for `limit=0`. In other bodies, the reader itself writes it before the first item. */
  readonly header: string;
}

/** Skips `offset` items and contains the next `take`. It never exceeds the result: beyond its end, `take` is 0. */
export interface ResultPage {
  readonly offset: number;
  readonly take: number;
}

/** A request for a page of a result. */
export interface ResultRequest {
  readonly page: ResultPage;
  readonly format: ResultFormat;
  readonly client: ResultClient;
}

/** The chunks of a body. The memory of a chunk may be reused once the chunk after the next is requested. */
export type ResultChunks = AsyncIterable<Uint8Array>;

/** A task that is done. A reader finds its result by any of these. */
export interface DoneTask<Input> {
  readonly taskId: string;
  readonly input: Input;
  /** What its run returned, as JSON. */
  readonly returned: unknown;
}

export interface ResultReader<Input> {
  /** Number of items in the result. */
  length(task: DoneTask<Input>): number;
  /**
   * Resolves once the whole page is known to be available, so that an error can still be reported with a status. Once the
   * client has disconnected, throw an `AbortError`: other errors are logged.
   *
   * @throws {ResultUnavailableError} when a part is missing and is not restored soon
   */
  read(task: DoneTask<Input>, request: ResultRequest): Promise<ResultChunks>;
}

/** A part of a result is missing and is being recomputed: the api responds with 503 and Retry-After. */
export class ResultUnavailableError extends Error {
  override readonly name = 'ResultUnavailableError';
}
