import type { RedisClient } from '@primes/contracts';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../lifecycle.ts';

/** Seconds after which the registry of a stopped process expires. */
export const REGISTRY_TTL_SECONDS = 30;

/** Publications before one expires: all but one may fail. */
const PER_TTL = 3;
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

/** What each process publishes to Redis, for readers of all processes. */
export interface Publication {
  readonly name: string;
  /** Sorted set: instance → time of its last publication, in milliseconds since the epoch. */
  readonly index: (prefix: string) => string;
  readonly key: (prefix: string, instance: string) => string;
  readonly ttlSeconds: number;
  /** What to publish, as JSON. */
  readonly read: (instance: string) => unknown;
  /** Whether a process that stops removes its publication; otherwise it publishes once more. */
  readonly removeAtEnd: boolean;
}

/** Publishes periodically, so that what a lost process has published expires. */
export function publishPeriodically(publication: Publication, options: PublishOptions): void {
  const { name, index, key, ttlSeconds, read, removeAtEnd } = publication;
  const { redis, prefix, service, log, lifecycle } = options;
  const instance = `${service}-${hostname()}-${process.pid}`;
  let isPublishing = false;

  async function publish(): Promise<void> {
    // While Redis is unavailable, the first one waits: further ones would accumulate in memory, however long that takes.
    if (isPublishing) return;
    isPublishing = true;
    try {
      const value = JSON.stringify(await read(instance));
      await Promise.all([
        redis.set(key(prefix, instance), value, 'EX', ttlSeconds),
        redis.zadd(index(prefix), Date.now(), instance),
      ]);
    } catch (error) {
      log.debug({ reason: (error as Error).message }, `${name} publication failed`);
    }
    isPublishing = false;
  }

  async function remove(): Promise<void> {
    await Promise.all([redis.del(key(prefix, instance)), redis.zrem(index(prefix), instance)]);
  }

  const timer = setInterval(() => void publish(), (ttlSeconds * 1_000) / PER_TTL);
  void publish();
  lifecycle.onClose(name, async () => {
    clearInterval(timer);
    // While Redis is unavailable, the background connection would wait forever.
    if (redis.status !== 'ready') return;
    await Promise.race([
      removeAtEnd ? remove() : publish(),
      delay(FINAL_PUBLISH_MS, undefined, { ref: false }),
    ]);
  });
}

/** What all processes have published, in the order of their names; lost ones are removed from the index. */
export async function readPublications(
  { index, key }: Pick<Publication, 'index' | 'key'>,
  redis: RedisClient,
  prefix: string,
): Promise<string[]> {
  const instances = (await redis.zrange(index(prefix), 0, '-1')).sort();
  if (instances.length === 0) return [];
  const texts = await redis.mget(instances.map((instance) => key(prefix, instance)));
  const lost = instances.filter((_, i) => texts[i] === null);
  // One that was only slow adds itself again.
  if (lost.length > 0) await redis.zrem(index(prefix), ...lost);
  return texts.filter((text) => text !== null);
}

/**
 * Publishes the Prometheus registry of this process, so that one reader can aggregate all processes, and once more at
 * shutdown, so that the final counts are visible until they expire.
 */
export function publishRegistry(registry: Registry, options: PublishOptions): void {
  const publication: Publication = {
    name: 'registry',
    index: registryIndexKey,
    key: registryKey,
    ttlSeconds: REGISTRY_TTL_SECONDS,
    read: () => registry.getMetricsAsJSON(),
    removeAtEnd: false,
  };
  publishPeriodically(publication, options);
}
