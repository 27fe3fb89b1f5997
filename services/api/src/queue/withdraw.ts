import { CANCELLED, type RedisClient } from '@primes/contracts';
import { UnrecoverableError } from 'bullmq';
import { isBullMqError } from './bullmq-error.ts';
import type { TaskJob, TaskQueues } from './task-queues.ts';

/**
 * `withdrawn`: the job waited, and this call has ended it as cancelled.
 * `marked`: a worker runs the job. It finds `cancelledAt` in the data, and ends the job soon.
 * `already-ended`: the job had ended before this call, or does not exist. Nothing was changed.
 */
export type Withdrawal = 'withdrawn' | 'marked' | 'already-ended';

/** The lock token of jobs that an api is about to end. All apis share it, because any of them may finish the operation. */
const TOKEN = 'cancelled by an api';
/** The same as a worker's: if the api dies, the workers' stalled check returns the job to the queue. */
const LOCK_MS = 15_000;

// Sent by EVAL: cancellations are rare, and EVAL never fails with NOSCRIPT after a restart.

/**
 * BullMQ can end only a job that is active and locked. This script moves one waiting job to that state, as BullMQ's
 * moveToActive does with the next job, but without starting an attempt. A job that a worker runs is only marked. The
 * removals come first: at `maxmemory` Redis rejects a script whose first write needs memory.
 *
 * KEYS: job, lock, active, prioritized, delayed, wait, paused. ARGV: id, token, lock in ms, milliseconds of now.
 */
const TAKE = `
local job, lock, active = KEYS[1], KEYS[2], KEYS[3]
local id, token = ARGV[1], ARGV[2]
local data, finishedOn = unpack(redis.call('HMGET', job, 'data', 'finishedOn'))
if not data or finishedOn then return 'already-ended' end
local waited = redis.call('ZREM', KEYS[4], id) + redis.call('ZREM', KEYS[5], id)
if waited == 0 and not redis.call('LPOS', active, id) then
  waited = redis.call('LREM', KEYS[6], 1, id) + redis.call('LREM', KEYS[7], 1, id)
  if waited == 0 then return 'already-ended' end
end
if not cjson.decode(data).cancelledAt then
  -- Not re-encoded: cjson would change numbers, and fields that only a newer version knows.
  redis.call('HSET', job, 'data', string.sub(data, 1, -2) .. ',"cancelledAt":' .. ARGV[4] .. '}')
end
if waited == 1 then
  redis.call('LPUSH', active, id)
else
  local owner = redis.call('GET', lock)
  if owner and owner ~= token then return 'marked' end
end
redis.call('SET', lock, token, 'PX', ARGV[3])
return 'taken'`;

/**
 * Cancels a job that no worker runs, or asks its worker to do so. Idempotent: the next call, or a worker, completes an
 * interrupted operation.
 */
export async function withdraw(
  redis: Pick<RedisClient, 'eval'>,
  { tasks }: Pick<TaskQueues, 'tasks'>,
  job: TaskJob,
): Promise<Withdrawal> {
  const id = job.id ?? '';
  const names = [id, `${id}:lock`, 'active', 'prioritized', 'delayed', 'wait', 'paused'];
  const keys = names.map((name) => tasks.toKey(name));
  const result = await redis.eval(TAKE, keys.length, ...keys, id, TOKEN, LOCK_MS, Date.now());
  if (result !== 'taken') return result as Withdrawal;
  try {
    // No stack, because it is no error: it would take 700 bytes per task.
    const cancellation = Object.assign(new UnrecoverableError(CANCELLED), { stack: '' });
    await job.moveToFailed(cancellation, TOKEN, false);
    return 'withdrawn';
  } catch (error) {
    // Another api with the same token, or a worker after it, was faster.
    if (isBullMqError(error)) return 'already-ended';
    throw error;
  }
}
