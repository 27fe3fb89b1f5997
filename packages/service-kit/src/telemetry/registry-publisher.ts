import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../lifecycle.ts';

/** Seconds after which the registry of a process that publishes no more is forgotten. */
export const REGISTRY_TTL_SECONDS = 30;

/** Milliseconds that the last publication may take. */
const LAST_MS = 1_000;

/** Sorted set: instance → milliseconds since the epoch of its last published registry. */
export function registryIndexKey(prefix: string): string {
  return `${prefix}:registries`;
}

/** The Prometheus registry of one process, as prom-client's JSON. */
export function registryKey(prefix: string, instance: string): string {
  return `${prefix}:registry:${instance}`;
}

export interface PublishOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly service: string;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
}

/**
 * Publishes the process' Prometheus registry to Redis again and again, so that one reader can add up
 * all processes; a last time when it stops, so that what it counted is seen until the TTL ends.
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
      log.debug({ reason: (error as Error).message }, 'registry not published');
    }
  }

  // Three tries within the time after which it would be forgotten.
  const timer = setInterval(() => void publish(), (REGISTRY_TTL_SECONDS * 1_000) / 3);
  void publish();
  lifecycle.onClose('registry', async () => {
    clearInterval(timer);
    // While Redis is away there is nobody to tell, and its connection would wait for ever.
    if (redis.status === 'ready') await Promise.race([publish(), delay(LAST_MS, undefined, { ref: false })]);
  });
}
