import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A Redis, and the prefix of the keys that this process may write. */
export interface RedisKeyspace {
  readonly url: string;
  readonly prefix: string;
}

/**
 * Whether a new connection can write to Redis now, as the process would after a restart. A server that rejects writes
 * (`OOM`, `READONLY`, `MISCONF`, `max number of clients`) or exceeds `timeoutMs` is unusable, so a restart would not
 * help.
 */
export async function canWrite({ url, prefix }: RedisKeyspace, timeoutMs: number): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  // The rejected promise reports the same error.
  redis.on('error', () => undefined);
  const timeout = new AbortController();
  try {
    return await Promise.race([
      write(redis, `${prefix}:liveness`),
      delay(timeoutMs, false, { signal: timeout.signal, ref: false }),
    ]);
  } finally {
    timeout.abort();
    // After the end, it would hold a timer for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

async function write(redis: Redis, key: string): Promise<boolean> {
  try {
    await redis.connect();
    await redis.set(key, '', 'PX', 1_000);
    return true;
  } catch {
    return false;
  }
}
