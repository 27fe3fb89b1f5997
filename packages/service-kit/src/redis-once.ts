import type { RedisClient } from '@primes/contracts';
import { Cluster, Redis } from 'ioredis';
import { clusterOf } from './redis-cluster.ts';
import { isCluster, redisOptions, type RedisServer } from './redis-keyspace.ts';

/**
 * A connection for a check, which its owner disconnects. It is opened by `connect()`, makes no second attempt, and responds
 * or fails within `timeoutMs` a step. Its error events have a listener.
 */
export function openOnce(server: RedisServer, timeoutMs: number): RedisClient {
  const options = {
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
  };
  const redis = isCluster(server.url) ? openCluster() : openServer();
  return redis.on('error', () => undefined);

  function openServer(): Redis {
    return new Redis({
      ...redisOptions(server),
      ...options,
      lazyConnect: true,
      retryStrategy: () => null,
      sentinelCommandTimeout: timeoutMs,
      sentinelRetryStrategy: () => null,
    });
  }

  function openCluster(): Cluster {
    const { nodes, clusterOptions } = clusterOf(server, options);
    return new Cluster(nodes, {
      ...clusterOptions,
      slotsRefreshTimeout: timeoutMs,
      clusterRetryStrategy: () => null,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
    });
  }
}
