import * as z from 'zod';

const segments = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What a run returns: counts only, because the primes are in the store. */
export const PrimesCountsSchema = z.object({
  segments_computed: segments.meta({ description: 'Segments that were sieved for the task' }),
  segments_cached: segments.meta({ description: 'Segments that were already stored' }),
});
export type PrimesCounts = z.infer<typeof PrimesCountsSchema>;
