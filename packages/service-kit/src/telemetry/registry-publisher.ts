import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';

export interface RegistryPublisherOptions {
  /** Unique among the running processes, e.g. service and host name and pid. */
  readonly instance: string;
  /** Key of this process' registry. */
  readonly key: string;
  /** Sorted set of all instances by the time of their last publication. */
  readonly indexKey: string;
  readonly ttlSeconds: number;
  readonly log: Logger;
}

/** Publishes the process' Prometheus registry to Redis, so that one reader can add up all of them. */
export class RegistryPublisher {
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #options: RegistryPublisherOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, registry: Registry, options: RegistryPublisherOptions) {
    this.#redis = redis;
    this.#registry = registry;
    this.#options = options;
    // Three tries within the time after which the registry would be forgotten.
    this.#timer = setInterval(() => void this.publish(), (options.ttlSeconds * 1_000) / 3);
    this.#timer.unref();
  }

  async publish(): Promise<void> {
    const { key, indexKey, instance, ttlSeconds, log } = this.#options;
    try {
      const metrics = JSON.stringify(await this.#registry.getMetricsAsJSON());
      await Promise.all([
        this.#redis.set(key, metrics, 'EX', ttlSeconds),
        this.#redis.zadd(indexKey, Date.now(), instance),
      ]);
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'registry not published');
    }
  }

  /** Publishes a last time, so that what this process counted is seen until the TTL ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.publish();
  }
}
