import type { RedisClient } from '@primes/contracts';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../lifecycle.ts';

/** Seconds after which the registry of a stopped process expires. */
export const REGISTRY_TTL_SECONDS = 30;

/** Timeout of the last publication, in milliseconds. */
const FINAL_PUBLISH_MS = 1_000;

/** Sorted set: instance → time of its last publication, in milliseconds since the epoch. */
export function registryIndexKey(prefix: string): string {
  return `${prefix}:registries`;
}

/** The Prometheus registry of one process, as prom-client's JSON. */
export function registryKey(prefix: string, instance: string): string {
  return `${prefix}:registry:${instance}`;
}

export interface PublishOptions {
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly service: string;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
}

/**
 * Publishes the Prometheus registry of this process to Redis periodically, so that one reader can aggregate all
 * processes, and once more at shutdown, so that the final counts are visible until they expire.
 */
export function publishRegistry(registry: Registry, options: PublishOptions): void {
  const { redis, prefix, service, log, lifecycle } = options;
  const instance = `${service}-${hostname()}-${process.pid}`;

  async function publish(): Promise<void> {
    try {
      const metrics = JSON.stringify(await registry.getMetricsAsJSON());
      await Promise.all([
        redis.set(registryKey(prefix, instance), metrics, 'EX', REGISTRY_TTL_SECONDS),
        redis.zadd(registryIndexKey(prefix), Date.now(), instance),
      ]);
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'registry publication failed');
    }
  }

  // Three attempts before it expires.
  const timer = setInterval(() => void publish(), (REGISTRY_TTL_SECONDS * 1_000) / 3);
  void publish();
  lifecycle.onClose('registry', async () => {
    clearInterval(timer);
    // While Redis is unavailable, the background connection would wait forever.
    if (redis.status === 'ready')
      await Promise.race([publish(), delay(FINAL_PUBLISH_MS, undefined, { ref: false })]);
  });
}
