import type { RedisClient } from '@primes/contracts';
import { once } from 'node:events';
import { queueRedis, storeRedis, type RedisConnections, type RedisSettings } from '@primes/service-kit';

/** `queue` and `job` are used for samples: while Redis is unavailable, commands fail at once or after the timeout. */
export interface Connections {
  readonly queue: RedisClient;
  readonly job: RedisClient;
  /** Blocks on the events of the queue, and reconnects by itself. */
  readonly events: RedisClient;
}

/**
 * Resolves once the connections are ready; before that, commands and so the first samples would fail.
 *
 * @throws {Error} if a connection cannot be opened
 */
export async function openConnections(redis: RedisConnections, config: RedisSettings): Promise<Connections> {
  const queue = redis.request(queueRedis(config));
  const job = redis.request(storeRedis(config));
  await Promise.all([queue, job].map((connection) => once(connection, 'ready')));
  return { queue, job, events: redis.background(queueRedis(config)) };
}
