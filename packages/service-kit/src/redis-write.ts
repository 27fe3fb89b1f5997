import type { RedisClient } from '@primes/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisKeyspace } from './redis-keyspace.ts';
import { openOnce } from './redis-once.ts';

/**
 * Whether a new connection can write to Redis now, as the process would after a restart. A server that rejects writes
 * (`OOM`, `READONLY`, `MISCONF`, `max number of clients`) or exceeds `timeoutMs` is unusable, so a restart would not
 * help.
 */
export async function canWrite(keyspace: RedisKeyspace, timeoutMs: number): Promise<boolean> {
  const redis = openOnce(keyspace, timeoutMs);
  const timeout = new AbortController();
  try {
    return await Promise.race([
      write(redis, `${keyspace.prefix}:liveness`),
      delay(timeoutMs, false, { signal: timeout.signal, ref: false }),
    ]);
  } finally {
    timeout.abort();
    // After the end, it would hold a timer for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

async function write(redis: RedisClient, key: string): Promise<boolean> {
  try {
    await redis.connect();
    await redis.set(key, '', 'PX', 1_000);
    return true;
  } catch {
    return false;
  }
}
