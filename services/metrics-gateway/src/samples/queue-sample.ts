import { COUNTER_FIELDS, countersKey, type CounterField } from '@primes/contracts';
import type { JobType, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { QueueCounts } from '../demand.ts';

/** The queue of tasks at one moment. */
export interface QueueSample {
  readonly counts: QueueCounts;
  readonly paused: boolean;
  /** Age of the older one of the tasks that are next in line, with and without a priority; 0: none waits. */
  readonly oldestWaitingSeconds: number;
  /** Since installation, over all processes. */
  readonly counters: Readonly<Record<CounterField, number>>;
}

const STATES = [
  'waiting',
  'prioritized',
  'delayed',
  'active',
  'completed',
  'failed',
] as const satisfies JobType[];

const CountSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const CountersSchema = z.object(
  Object.fromEntries(Object.keys(COUNTER_FIELDS).map((field) => [field, CountSchema])) as Record<
    CounterField,
    typeof CountSchema
  >,
);

/**
 * Takes a sample over `redis`, the connection of `queue`. The commands start in one turn of the event loop,
 * so they share a round trip; the tasks that are next in line need one more.
 */
export async function takeQueueSample(queue: Queue, redis: Redis, queuePrefix: string): Promise<QueueSample> {
  const now = Date.now();
  const [counts, delayed, paused, nextInLine, counters] = await Promise.all([
    // One script for all that demand is made of: a task on its way from one state to another counts once.
    queue.getBackend().getCounts([...STATES], now),
    queue.getDelayedCount(),
    queue.isPaused(),
    queue.getJobs(['waiting', 'prioritized'], 0, 0, true),
    redis.hgetall(countersKey(queuePrefix)),
  ]);
  const [waiting = 0, prioritized = 0, dueDelayed = 0, active = 0, completed = 0, failed = 0] = counts;
  const submittedAt = Math.min(now, ...nextInLine.map((job) => job.timestamp));
  return {
    counts: { waiting, prioritized, delayed, dueDelayed, active, completed, failed },
    paused,
    oldestWaitingSeconds: (now - submittedAt) / 1_000,
    counters: CountersSchema.parse(counters),
  };
}
