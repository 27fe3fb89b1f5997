import { HISTORY, type MetricsHistory } from '@primes/contracts';
import { validate } from '@primes/service-kit';
import * as z from 'zod';
import type { Samplers } from '../samplers.ts';
import { noSample, sampleAge } from './fresh.ts';

const HistoryQuery = z.strictObject({
  minutes: z.coerce.number().int().min(1).max(HISTORY.maxMinutes).default(HISTORY.maxMinutes),
});

/** From memory, also while Redis is unavailable: then it is older, and says so. */
export function history({ history: sampler }: Samplers, query: unknown): MetricsHistory {
  const { minutes } = validate(HistoryQuery, query);
  const sample = sampler.latest() ?? noSample(sampler);
  return {
    interval_seconds: HISTORY.intervalSeconds,
    points: sample.value.points(minutes),
    ...sampleAge(sample),
  };
}
