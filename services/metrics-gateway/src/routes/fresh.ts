import { httpError } from '../errors.ts';
import type { Sample, Sampler } from '../samples/sampler.ts';

/** Seconds; a connection is back within one of Redis' return, and the next sample follows at once. */
const RETRY_AFTER = 1;

/**
 * The sample to answer from.
 *
 * @throws {HttpError} `sample_stale` rather than give out an old number as a new one
 */
export function fresh<T>(sampler: Sampler<T>): Sample<T> {
  const sample = sampler.fresh();
  if (sample) return sample;
  const age = sampler.latest()?.ageSeconds;
  const detail =
    age === undefined
      ? `There is no sample of the ${sampler.name} yet`
      : `The last sample of the ${sampler.name} is ${age.toFixed(1)} seconds old`;
  throw httpError('sample_stale', { detail, retryAfter: RETRY_AFTER });
}

/** The field that says how old the answer is: as old as the oldest of the samples it was made from. */
export function sampleAge(...samples: readonly Sample<unknown>[]): { sample_age_seconds: number } {
  const oldest = Math.max(...samples.map((sample) => sample.ageSeconds));
  return { sample_age_seconds: Math.round(oldest * 1_000) / 1_000 };
}
