import { HttpError } from '@primes/service-kit';
import type { Sample, Sampler } from '../samples/sampler.ts';

/** Seconds: a connection is restored within one second, and the next sample follows at once. */
const RETRY_AFTER = 1;

/**
 * The latest sample.
 *
 * @throws {HttpError} `sample_stale` if it is stale
 */
export function fresh<T>(sampler: Sampler<T>): Sample<T> {
  const sample = sampler.fresh();
  if (sample) return sample;
  return noSample(sampler);
}

/** @throws {HttpError} `sample_stale` */
export function noSample(sampler: Sampler<unknown>): never {
  const age = sampler.latest()?.ageSeconds;
  const detail =
    age === undefined
      ? `Expected a sample of ${sampler.name}, received none yet`
      : `Expected a fresh sample of ${sampler.name}, received one of ${age.toFixed(1)} seconds`;
  throw new HttpError('sample_stale', { detail, retryAfter: RETRY_AFTER });
}

/** The age of a response: that of its oldest sample. */
export function sampleAge(...samples: readonly Sample<unknown>[]): { sample_age_seconds: number } {
  const oldest = Math.max(...samples.map((sample) => sample.ageSeconds));
  return { sample_age_seconds: Math.round(oldest * 1_000) / 1_000 };
}
