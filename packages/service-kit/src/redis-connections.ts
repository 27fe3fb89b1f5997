import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CommonConfig } from './common-config.ts';
import type { ListenOptions } from './http/server.ts';
import { startProbeServer } from './http/probe-server.ts';
import type { Lifecycle } from './lifecycle.ts';
import { waitForRedis } from './redis-wait.ts';
import { ServiceRedis, type CommandObserver } from './redis.ts';
import { reportConnection } from './redis-report.ts';
import { redisOperations } from './telemetry/redis-operations.ts';

export interface RedisConnectionsOptions {
  /** Shown by CLIENT LIST. */
  readonly service: string;
  readonly commandTimeoutMs: number;
  readonly observe: CommandObserver;
  readonly log: Logger;
}

/** Milliseconds between two checks whether a connection responds. */
const CHECK_MS = 5_000;

/**
 * All connections of a process to Redis, with their duplicates: named, counted, checked, logged once per outage, and
 * closed together. Nothing else opens one.
 */
export class RedisConnections {
  readonly #options: RedisConnectionsOptions;
  /** All except copies that their owner has closed, with the URL of their Redis. */
  readonly #open = new Map<ServiceRedis, string>();
  /** Number of connections per name in the log. */
  readonly #named = new Map<string, number>();
  readonly #checks: NodeJS.Timeout;

  constructor(options: RedisConnectionsOptions) {
    this.#options = options;
    this.#checks = setInterval(() => {
      for (const redis of this.#open.keys()) redis.check();
    }, CHECK_MS).unref();
  }

  /**
   * For requests: fails at once while Redis is unavailable, because the client can retry, and never resends a command,
   * because the first may have been executed.
   */
  request(url: string): ServiceRedis {
    return new ServiceRedis(url, 'request', this.#config('request', url));
  }

  /**
   * For background work: waits for Redis without a limit, and resends commands after a reconnect. BullMQ's Worker requires
   * this (`maxRetriesPerRequest: null`). Its duplicates may block or subscribe.
   */
  background(url: string): ServiceRedis {
    return new ServiceRedis(url, 'background', this.#config('background', url));
  }

  /** Whether all connections are open and no response is overdue. */
  get ready(): boolean {
    return [...this.#open.keys()].every((redis) => redis.responsive);
  }

  /** The same for the connections to one Redis. */
  readyFor(url: string): boolean {
    return [...this.#open].every(([redis, itsUrl]) => itsUrl !== url || redis.responsive);
  }

  close(): void {
    clearInterval(this.#checks);
    for (const redis of this.#open.keys()) redis.disconnect();
  }

  /** A demoted primary never rejects connections that only read or subscribe, so they reconnect with one that it did. */
  #reconnectOthers(redis: ServiceRedis): void {
    const { host, port } = redis.options;
    for (const other of this.#open.keys()) {
      const isSameServer = other.options.host === host && other.options.port === port;
      if (other !== redis && isSameServer) other.reconnect();
    }
  }

  /** A unique, readable name. BullMQ names its blocking duplicates after the queue, in base64. */
  #nameInLog({ options: { connectionName } }: ServiceRedis, use: string): string {
    const { service } = this.#options;
    const name = connectionName === `${service}-${use}` ? connectionName : `${service}-blocking`;
    const count = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  }

  #config(use: string, url: string) {
    const { service, commandTimeoutMs, observe, log } = this.#options;
    return {
      name: `${service}-${use}`,
      commandTimeoutMs,
      observe,
      opened: (redis: ServiceRedis) => {
        this.#open.set(redis, url);
        reportConnection(redis, log.child({ connection: this.#nameInLog(redis, use) }));
        redis.on('moved', () => {
          this.#reconnectOthers(redis);
        });
      },
      closed: (copy: ServiceRedis) => this.#open.delete(copy),
    };
  }
}

export interface ConnectOptions {
  readonly service: string;
  readonly registry: Registry;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** The service's own port: serves probes while the process waits for Redis. */
  readonly port: ListenOptions;
}

/**
 * Waits until each configured Redis responds, and checks its version and the permissions of its user. The connections
 * are closed last at shutdown.
 *
 * @throws {Error} one line with the address and the problem
 */
export async function connectRedis(config: CommonConfig, options: ConnectOptions): Promise<RedisConnections> {
  const { service, registry, log, lifecycle, port } = options;
  const commandTimeoutMs = config.REDIS_COMMAND_TIMEOUT_MS;
  const { REDIS_URL, STORE_REDIS_URL = REDIS_URL, QUEUE_PREFIX, STORE_PREFIX } = config;
  const urls = new Set([REDIS_URL, STORE_REDIS_URL]);
  const queue = { keys: [QUEUE_PREFIX], channels: [QUEUE_PREFIX] };
  const store = { keys: [STORE_PREFIX], channels: [] };
  const both = { keys: [QUEUE_PREFIX, STORE_PREFIX], channels: [QUEUE_PREFIX] };
  await waitForRedis([...urls], {
    timeoutMs: commandTimeoutMs,
    waitMs: config.REDIS_WAIT_MS,
    log,
    signal: lifecycle.signal,
    meanwhile: () => startProbeServer(registry, port),
    needs: (url) => (urls.size === 1 ? both : url === REDIS_URL ? queue : store),
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
