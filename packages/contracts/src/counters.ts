import { COMPUTE_JOB, isCancellation } from './job.ts';

/**
 * Tasks that have ended since installation, by outcome. BullMQ counts a job in the script that finishes it. `repairs` are
 * not tasks and are not shown.
 */
export const END_COUNTERS = ['completed', 'failed', 'cancelled', 'repairs'] as const;
export type EndCounter = (typeof END_COUNTERS)[number];

/** The counter of a job that finishes; `reason` is its failure reason. */
export function endCounterOf(
  job: { readonly name: string },
  target: 'completed' | 'failed',
  reason: unknown,
): EndCounter {
  if (job.name !== COMPUTE_JOB) return 'repairs';
  return target === 'failed' && isCancellation(reason) ? 'cancelled' : target;
}

/**
 * Further counters of the JSON metrics API: the parts of results that were in the cache, and those that had to be
 * computed. They are in one hash beside the queue, so that they survive restarts and are shared by all processes. Outcomes
 * that earlier versions counted there, under the names of `END_COUNTERS`, still count.
 */
export const COUNTER_FIELDS = ['cache_hits', 'cache_misses'] as const;
export type CounterField = (typeof COUNTER_FIELDS)[number];

/** The hash of the counters. */
export function countersKey(queuePrefix: string): string {
  return `${queuePrefix}:counters`;
}
