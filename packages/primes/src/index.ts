import { metricsApi, taskSchemas, type JobType } from '@primes/contracts';
import { field } from '@primes/service-kit';
import { z } from 'zod';
import { PrimesInputSchema, type PrimesInput } from './input.ts';

const variables = {
  MAX_N: field.integer(
    { min: 1, max: 1_000_000_000, default: 100_000_000 },
    'Maximum n; limits the size of the store: 68 MB at 100,000,000, 760 MB at 1,000,000,000',
  ),
};

const view = PrimesInputSchema.shape;
const result = z
  .array(z.int().min(2).max(Number.MAX_SAFE_INTEGER))
  .meta({ description: 'The primes, or the requested page of them' });

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** `cached_primes` always equals `largest_n`: both names are part of the API's first contract. */
const sampled = {
  largest_n: count.meta({ description: 'The largest n whose primes are all stored' }),
  cached_primes: count,
  cached_segments: count,
};

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
  result,
  sampled,
  attributes: ({ n }) => ({ n }),
};

/** The task schemas of the API. */
export const { summary: TaskSummarySchema, task: TaskViewSchema } = taskSchemas(view, result);
export type TaskView = z.infer<typeof TaskViewSchema>;

/** The schemas of the metrics API. */
export const METRICS_API = metricsApi(sampled);

export type { PrimesInput };
