import { startableFrom, type RedisClient } from '@primes/contracts';
import { readJob, redisTime } from '@primes/service-kit';
import type { JobType, Queue } from 'bullmq';
import type { QueueCounts } from '../demand.ts';
import { readTally, type Tally } from './tally.ts';

/** A snapshot of the queue of tasks. */
export interface QueueSample {
  readonly counts: QueueCounts;
  readonly paused: boolean;
  /** Age of the older of the next tasks with and without a priority; 0 if none waits. */
  readonly oldestWaitingSeconds: number;
  readonly tally: Tally;
}

const STATES = [
  'waiting',
  'prioritized',
  'delayed',
  'active',
  'completed',
  'failed',
] as const satisfies JobType[];

/**
 * Takes a sample over `redis`, the connection of `queue`. All commands start in one turn of the event loop, so they share
 * a round trip; the time of Redis, by which delayed tasks are due, and reading the next tasks need one more each.
 */
export async function takeQueueSample(
  queue: Queue,
  redis: RedisClient,
  queuePrefix: string,
): Promise<QueueSample> {
  const now = Math.floor(await redisTime(redis));
  const [counts, delayed, paused, nextIds, tally] = await Promise.all([
    // One script for all parts of the demand, so that a task that changes its state counts once.
    queue.getBackend().getCounts([...STATES], now),
    queue.getDelayedCount(),
    queue.isPaused(),
    queue.getRanges(['waiting', 'prioritized'], 0, 0, true),
    readTally(redis, queue, queuePrefix),
  ]);
  const [waiting = 0, prioritized = 0, dueDelayed = 0, active = 0, completed = 0, failed = 0] = counts;
  // Not getJobs: a damaged record would make every sample fail, and KEDA would start no worker.
  const nextJobs = await Promise.all(nextIds.map((id) => readJob(queue, id)));
  const waitingSince = Math.min(now, ...nextJobs.flatMap((job) => (job ? [startableFrom(job)] : [])));
  return {
    counts: { waiting, prioritized, delayed, dueDelayed, active, completed, failed },
    paused,
    oldestWaitingSeconds: (now - waitingSince) / 1_000,
    tally,
  };
}
