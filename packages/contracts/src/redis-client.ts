import type { Cluster, Redis } from 'ioredis';

/** A connection to one Redis (also to the primary that Sentinels name), or to a Cluster. */
export type RedisClient = Redis | Cluster;
