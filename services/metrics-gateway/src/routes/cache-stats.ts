import type { CacheStats } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function cacheStats({ queue }: Samplers): CacheStats {
  const sample = fresh(queue);
  const { cache_hits: hits, cache_misses: misses } = sample.value.tally;
  return { hits, misses, ...rates(hits, misses), ...sampleAge(sample) };
}

/** Percent with two decimals; both are 0 while nothing is counted. */
export function rates(hits: number, misses: number) {
  const percent = (part: number) => Math.round((part / (hits + misses || 1)) * 10_000) / 100;
  return { hit_rate_percent: percent(hits), miss_rate_percent: percent(misses) };
}
