/**
 * Counters that the JSON metrics API shows: one hash beside the queue, so that they survive restarts
 * and add up over processes. Field → what one more means.
 */
export const COUNTER_FIELDS = {
  started: 'a task was accepted',
  completed: 'a task ended done',
  failed: 'a task ended failed',
  cancelled: 'a task ended cancelled',
  cache_hits: 'a segment that a task needed was in the store',
  cache_misses: 'a segment that a task needed had to be computed',
} as const;
export type CounterField = keyof typeof COUNTER_FIELDS;

/** The hash of the counters. */
export function countersKey(queuePrefix: string): string {
  return `${queuePrefix}:counters`;
}
