import type { RedisClient } from './redis-client.ts';

/**
 * The part of a job type that only the metrics gateway loads: what it samples of the job's data every two seconds, for
 * `GET /api/metrics/summary`. A job type without it shows only tasks and demand.
 */
export interface SampleSource {
  /** The label `sample` of the gateway's own metrics. Not the name of one of its own samples, such as `queue`. */
  readonly name: string;
  /**
   * Takes a sample: the fields that the job type declares in `sampled`.
   *
   * @param redis a connection to the Redis of the job's data
   * @param keyPrefix `STORE_PREFIX`, with which all keys of the job's data start
   */
  take(redis: RedisClient, keyPrefix: string): Promise<Readonly<Record<string, number>>>;
}
