import type { RedisClient } from '@primes/contracts';
import {
  RedisClock,
  queueRedis,
  type Lifecycle,
  type Logger,
  type RedisConnections,
} from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';
import { QueueDepth } from './queue-depth.ts';
import { openReplicated, type Replicated } from './replicated-queues.ts';
import { TaskQueues } from './task-queues.ts';

interface OpenQueuesDeps {
  readonly connections: RedisConnections;
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
  readonly config: ApiConfig;
}

/** The queues of the api, and its connections to their Redis. */
export interface OpenQueues {
  readonly redis: RedisClient;
  readonly background: RedisClient;
  readonly clock: RedisClock;
  readonly queues: TaskQueues;
  readonly depth: QueueDepth;
  /** `redis` and `queues`, unless REDIS_WAIT_REPLICAS is set. */
  readonly replicated: Replicated;
}

/**
 * Opens the queues until shutdown, and takes the first samples of the clock and of the depth.
 *
 * @param name of the queue of tasks
 */
export async function openQueues(name: string, deps: OpenQueuesDeps): Promise<OpenQueues> {
  const { connections, lifecycle, config } = deps;
  const redis = connections.request(queueRedis(config));
  const background = connections.background(queueRedis(config));
  const clock = new RedisClock(background);
  await clock.synchronize();
  const queues = new TaskQueues(redis, name, { ...config, clock });
  const depth = new QueueDepth(queues, redis, config);
  lifecycle.onClose('queues', () => {
    clock.close();
    depth.close();
    return queues.close();
  });
  await depth.sampleAndTrim();
  const replicated =
    config.REDIS_WAIT_REPLICAS > 0 ? await openReplicated(name, { ...deps, clock }) : { redis, queues };
  return { redis, background, clock, queues, depth, replicated };
}
