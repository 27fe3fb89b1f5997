import { metricsApi, shownCounts, taskSchemas, type JobType } from '@primes/contracts';
import { field } from '@primes/service-kit';
import * as z from 'zod';
import { PrimesCountsSchema, type PrimesCounts } from './counts.ts';
import { PrimesInputSchema, type PrimesInput } from './input.ts';

const variables = {
  MAX_N: field.integer(
    { min: 1, max: 1_000_000_000, default: 100_000_000 },
    'Maximum n; limits the size of the store: 68 MB at 100,000,000, 760 MB at 1,000,000,000',
  ),
};

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const view = PrimesInputSchema.shape;
const result = z
  .array(z.int().min(2).max(Number.MAX_SAFE_INTEGER))
  .meta({ description: 'The primes, or the requested page of them' });

/** `cached_primes` always equals `largest_n`: both names are part of the API's first contract. */
const sampled = {
  largest_n: count.meta({ description: 'The largest n whose primes are all stored' }),
  cached_primes: count,
  cached_segments: count,
};

// prettier-ignore
const FIRST_100 = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
  113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
  241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347, 349, 353, 359, 367, 373, 379,
  383, 389, 397, 401, 409, 419, 421, 431, 433, 439, 443, 449, 457, 461, 463, 467, 479, 487, 491, 499, 503, 509, 521,
  523, 541,
];

/** The job of this service: the first n primes. */
export const primes: JobType<PrimesInput, typeof variables> = {
  name: 'primes',
  metricPrefix: 'prime',
  title: 'Primes',
  summary: 'The first N primes, computed asynchronously',
  input: PrimesInputSchema,
  variables,
  submission: ({ MAX_N }) => ({
    n: z
      .int()
      .min(1)
      .max(MAX_N)
      .meta({ description: 'Number of primes, starting with 2', examples: [100] }),
    fresh: z.boolean().default(false).meta({ description: 'Recompute all segments, even stored ones' }),
  }),
  view,
  counts: PrimesCountsSchema,
  result,
  sampled,
  example: {
    view: { n: 100, fresh: false },
    counts: { segments_computed: 1, segments_cached: 0 },
    result: FIRST_100,
  },
  attributes: ({ n }) => ({ n }),
};

/** The task schemas of the API. */
export const { summary: TaskSummarySchema, task: TaskViewSchema } = taskSchemas(
  { ...view, counts: shownCounts(PrimesCountsSchema) },
  result,
);
export type TaskView = z.infer<typeof TaskViewSchema>;

/** The schemas of the metrics API. */
export const METRICS_API = metricsApi(sampled);

export type { PrimesCounts, PrimesInput };
