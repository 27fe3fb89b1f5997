import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CommonConfig } from './config.ts';
import type { ListenOptions } from './http/server.ts';
import { openWaitingRoom } from './http/waiting-room.ts';
import type { Lifecycle } from './lifecycle.ts';
import { waitForRedis } from './redis-wait.ts';
import {
  createBackgroundRedis,
  createRequestRedis,
  reportConnection,
  type CommandObserver,
} from './redis.ts';
import { redisOperations } from './telemetry/redis-operations.ts';

export interface RedisConnectionsOptions {
  /** Shown by CLIENT LIST. */
  readonly service: string;
  readonly commandTimeoutMs: number;
  readonly observe: CommandObserver;
  readonly log: Logger;
}

/** Every connection of a process to Redis: named, counted, reported once an outage, closed together. */
export class RedisConnections {
  readonly #options: RedisConnectionsOptions;
  readonly #open: Redis[] = [];

  constructor(options: RedisConnectionsOptions) {
    this.#options = options;
  }

  /** See `createRequestRedis`: fails at once while Redis is away. */
  request(url: string): Redis {
    return this.#add(createRequestRedis(url, this.#config('request')));
  }

  /** See `createBackgroundRedis`: waits for Redis. */
  background(url: string): Redis {
    return this.#add(createBackgroundRedis(url, this.#config('background')));
  }

  /** Whether all of them can be used now. */
  get ready(): boolean {
    return this.#open.every((redis) => redis.status === 'ready');
  }

  close(): void {
    for (const redis of this.#open) redis.disconnect();
  }

  #add(redis: Redis): Redis {
    reportConnection(redis, this.#options.log.child({ connection: redis.options.connectionName }));
    this.#open.push(redis);
    return redis;
  }

  #config(use: string) {
    const { service, commandTimeoutMs, observe } = this.#options;
    return { name: `${service}-${use}`, commandTimeoutMs, observe };
  }
}

export interface ConnectOptions {
  readonly service: string;
  readonly registry: Registry;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** Of the service, not yet in use: there probes are answered while Redis is waited for. */
  readonly port: ListenOptions;
}

/**
 * Waits until each Redis of the configuration answers, and makes sure that it is new enough; then a process may open
 * its connections, which are closed with it, last of all.
 *
 * @throws {Error} one line that names the address and what is wrong
 */
export async function connectRedis(config: CommonConfig, options: ConnectOptions): Promise<RedisConnections> {
  const { service, registry, log, lifecycle, port } = options;
  const commandTimeoutMs = config.REDIS_COMMAND_TIMEOUT_MS;
  const urls = new Set([config.REDIS_URL, config.STORE_REDIS_URL ?? config.REDIS_URL]);
  await waitForRedis([...urls], {
    timeoutMs: commandTimeoutMs,
    waitMs: config.REDIS_WAIT_MS,
    log,
    signal: lifecycle.signal,
    meanwhile: () => openWaitingRoom('redis', registry, port),
  });
  const connections = new RedisConnections({
    service,
    commandTimeoutMs,
    observe: redisOperations(registry),
    log,
  });
  lifecycle.onClose('redis', () => {
    connections.close();
  });
  return connections;
}
