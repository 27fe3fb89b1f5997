import { once } from 'node:events';
import type { RedisConnections } from '@primes/service-kit';
import type { Redis } from 'ioredis';
import type { GatewayConfig } from './config.ts';

/** Over `queue` and `store` samples are taken: a command fails at once, or in time, while Redis is away. */
export interface Connections {
  readonly queue: Redis;
  /** The same as `queue` unless the store has a Redis of its own. */
  readonly store: Redis;
  /** Blocks on the events of the queue, and comes back to it by itself. */
  readonly events: Redis;
}

/**
 * Resolves once samples can be taken: the connections refuse commands before, and the first samples would fail.
 *
 * @throws {Error} If one cannot be opened
 */
export async function openConnections(
  redis: RedisConnections,
  { REDIS_URL, STORE_REDIS_URL = REDIS_URL }: GatewayConfig,
): Promise<Connections> {
  const queue = redis.request(REDIS_URL);
  const store = STORE_REDIS_URL === REDIS_URL ? queue : redis.request(STORE_REDIS_URL);
  await Promise.all([...new Set([queue, store])].map((connection) => once(connection, 'ready')));
  return { queue, store, events: redis.background(REDIS_URL) };
}
