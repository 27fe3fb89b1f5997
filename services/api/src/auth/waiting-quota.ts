import { TASK_LIMITS, type RedisClient } from '@primes/contracts';
import { HttpError } from '@primes/service-kit';
import { rejectIfMoreThan, type WaitingQuota } from '../tasks/submit.ts';

/** Tasks that one call of the script checks, which takes Redis a few milliseconds. */
const CHECKED = 1_000;
/** Calls for one submission, one after the other: all tasks of the oldest last check may really wait, such as for `run_at`. */
const MAX_CALLS = 10;
/** Milliseconds in which a reserved task must have been added. */
const RESERVED_MS = 10_000;
/** Milliseconds for which a process does not ask again whether a principal is still at its limit. */
const FULL_MS = 1_000;
/** Lifetime of the record of a principal that submits nothing: longer than a task can wait for `run_at`. */
const KEPT_MS = TASK_LIMITS.runAtAhead + 86_400_000;

/**
 * Each principal has a sorted set of tasks that may be waiting, by the time of their last check. Nothing removes a task when a
 * worker takes it: only at the limit, the script checks the tasks that were not checked for the longest time, and removes those
 * that no longer wait. So workers need not know of quotas, and the record heals after any fault.
 *
 * KEYS: the set. ARGV: prefix of the keys of jobs, limit, milliseconds of now, ids to add.
 */
const RESERVE = `
local set, jobs, limit, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local room = limit - (#ARGV - 3)
if redis.call('ZCARD', set) > room then
  local tasks = redis.call('ZRANGE', set, 0, ${CHECKED - 1}, 'WITHSCORES')
  local waiting, others = {}, {}
  for i = 1, #tasks, 2 do
    local id, job = tasks[i], jobs .. tasks[i]
    local name, finishedOn = unpack(redis.call('HMGET', job, 'name', 'finishedOn'))
    if not name then
      if tonumber(tasks[i + 1]) <= now - ${RESERVED_MS} then others[#others + 1] = id end
    elseif finishedOn or redis.call('EXISTS', job .. ':lock') == 1 then
      others[#others + 1] = id
    else
      waiting[#waiting + 1] = now
      waiting[#waiting + 1] = id
    end
  end
  if #others > 0 then redis.call('ZREM', set, unpack(others)) end
  if #waiting > 0 then redis.call('ZADD', set, unpack(waiting)) end
  if redis.call('ZCARD', set) > room then return 0 end
end
for i = 4, #ARGV do redis.call('ZADD', set, now, ARGV[i]) end
redis.call('PEXPIRE', set, ${KEPT_MS})
return 1`;

export interface WaitingQuotaOptions {
  readonly redis: RedisClient;
  /** Prefix of the keys in Redis. */
  readonly prefix: string;
  /** Name of the queue of tasks. */
  readonly queue: string;
  /** Waiting tasks of one principal. */
  readonly limit: number;
}

/** Limits the waiting tasks of each principal, so that none fills the queue for all. */
export function createWaitingQuota({ redis, prefix, queue, limit }: WaitingQuotaOptions): WaitingQuota {
  /** The smallest number of tasks for which a principal had no room. */
  const full = new Map<string, number>();

  return async function reserve(principal, ...ids) {
    const count = ids.length;
    rejectIfMoreThan(limit, count);
    const set = `${prefix}:quota:waiting:${principal}`;
    const args = [`${prefix}:${queue}:`, limit, Date.now(), ...ids];
    if (count < (full.get(principal) ?? Infinity)) {
      const calls = Math.min(MAX_CALLS, Math.ceil(limit / CHECKED));
      for (let i = 0; i < calls; i++) if ((await redis.eval(RESERVE, 1, set, ...args)) === 1) return;
      full.set(principal, count);
      setTimeout(() => full.delete(principal), FULL_MS).unref();
    }
    const detail = `At most ${limit} tasks of one principal may wait`;
    throw new HttpError('quota_exceeded', { detail, retryAfter: 5 });
  };
}
