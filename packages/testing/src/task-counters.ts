import type { Redis } from 'ioredis';

const OUTCOMES = ['completed', 'failed', 'cancelled', 'repairs'];

/** All task counters of a queue, as text: those that BullMQ increments when a job ends, and the shared counters. */
export async function taskCounters(
  redis: Redis,
  queuePrefix: string,
  queue: string,
): Promise<Record<string, string>> {
  const counters = await redis.hgetall(`${queuePrefix}:counters`);
  for (const outcome of OUTCOMES) {
    const count = await redis.hget(`${queuePrefix}:${queue}:metrics:${outcome}`, 'count');
    if (count !== null) counters[outcome] = count;
  }
  return counters;
}
