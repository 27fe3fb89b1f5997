import {
  COUNTER_FIELDS,
  END_COUNTERS,
  countersKey,
  type CounterField,
  type EndCounter,
  type RedisClient,
} from '@primes/contracts';
import type { Queue } from 'bullmq';
import * as z from 'zod';

/**
 * Counts every task since installation exactly once, over all processes: ended tasks by outcome, the others by current
 * state. A repair counts while it waits and runs.
 */
export type Tally = Readonly<Record<'pending' | 'processing' | EndCounter | CounterField, number>>;

const WAITING = ['wait', 'paused', 'prioritized', 'delayed'];
const COUNTERS = [...END_COUNTERS, ...COUNTER_FIELDS];
const NAMES = ['pending', 'processing', ...COUNTERS] as const;

/**
 * KEYS: wait, paused, prioritized, delayed, active, the hash of counters, then BullMQ's counter of each outcome.
 * ARGV: the names of the counters, the outcomes first. Returns a count for each of `NAMES`. One script, so that a task
 * that ends in the meantime counts once.
 */
const READ = `
local pending = redis.call('LLEN', KEYS[1]) + redis.call('LLEN', KEYS[2])
  + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
local counts = { pending, redis.call('LLEN', KEYS[5]) }
for i, name in ipairs(ARGV) do
  -- For outcomes, the hash contains the counts of earlier versions.
  local count = tonumber(redis.call('HGET', KEYS[6], name) or 0)
  local ended = KEYS[6 + i]
  if ended then count = count + tonumber(redis.call('HGET', ended, 'count') or 0) end
  -- A retry lowers the count of failed tasks, also if that end was never counted. Without a sample, KEDA starts no worker.
  counts[#counts + 1] = math.max(0, count)
end
return counts`;

const CountsSchema = z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).length(NAMES.length);

export async function readTally(redis: RedisClient, queue: Queue, queuePrefix: string): Promise<Tally> {
  const keys = [
    ...[...WAITING, 'active'].map((state) => queue.toKey(state)),
    countersKey(queuePrefix),
    ...END_COUNTERS.map((outcome) => queue.toKey(`metrics:${outcome}`)),
  ];
  const counts = CountsSchema.parse(await redis.eval(READ, keys.length, ...keys, ...COUNTERS));
  return Object.fromEntries(NAMES.map((name, i) => [name, counts[i]])) as Tally;
}
