import type { RedisClient } from '@primes/contracts';
import {
  isAccessDenied,
  isRedisUnavailable,
  queueRedis,
  type Lifecycle,
  type Logger,
  type RedisClock,
  type RedisConnections,
} from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';
import { TaskQueues } from './task-queues.ts';

export interface ReplicatedDeps {
  readonly connections: RedisConnections;
  readonly clock: RedisClock;
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
  readonly config: ApiConfig;
}

/** The connection that acknowledges submissions and cancellations, and the queues that use it. */
export interface Replicated {
  readonly redis: RedisClient;
  readonly queues: TaskQueues;
}

/**
 * Opens a connection whose writes wait for REDIS_WAIT_REPLICAS replicas. It is not the connection of the reads, which
 * would wait with them. Missing replicas are only logged, because they may start later than the api.
 *
 * @param name the name of the queue of tasks
 * @throws {Error} if the user of Redis may not run WAIT
 */
export async function openReplicated(name: string, deps: ReplicatedDeps): Promise<Replicated> {
  const { clock, connections, lifecycle, log, config } = deps;
  const redis = connections.request(queueRedis(config), config.REDIS_WAIT_REPLICAS);
  const queues = new TaskQueues(redis, name, { ...config, clock });
  lifecycle.onClose('replicated queues', () => queues.close());
  try {
    await queues.replicated();
  } catch (error) {
    if (!isRedisUnavailable(error) || isAccessDenied(error)) throw error;
    log.warn({ reason: (error as Error).message }, 'redis replicas missing');
  }
  return { redis, queues };
}
