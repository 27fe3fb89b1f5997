import { once } from 'node:events';
import type { RedisConnections } from '@primes/service-kit';
import type { Redis } from 'ioredis';
import type { GatewayConfig } from './config.ts';

/** `queue` and `job` are used for samples: while Redis is unavailable, commands fail at once or after the timeout. */
export interface Connections {
  readonly queue: Redis;
  /** The same as `queue`, unless the job's data has a separate Redis. */
  readonly job: Redis;
  /** Blocks on the events of the queue, and reconnects by itself. */
  readonly events: Redis;
}

/**
 * Resolves once the connections are ready; before that, commands and so the first samples would fail.
 *
 * @throws {Error} if a connection cannot be opened
 */
export async function openConnections(
  redis: RedisConnections,
  { REDIS_URL, STORE_REDIS_URL }: Pick<GatewayConfig, 'REDIS_URL' | 'STORE_REDIS_URL'>,
): Promise<Connections> {
  const queue = redis.request(REDIS_URL);
  const job = STORE_REDIS_URL === undefined ? queue : redis.request(STORE_REDIS_URL);
  await Promise.all([...new Set([queue, job])].map((connection) => once(connection, 'ready')));
  return { queue, job, events: redis.background(REDIS_URL) };
}
