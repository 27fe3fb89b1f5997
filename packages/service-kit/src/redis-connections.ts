import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CommonConfig } from './common-config.ts';
import type { ListenOptions } from './http/server.ts';
import { startProbeServer } from './http/probe-server.ts';
import type { Lifecycle } from './lifecycle.ts';
import { ServiceCluster } from './redis-cluster.ts';
import {
  addressesOf,
  isCluster,
  queueRedis,
  redisOptions,
  storeRedis,
  type RedisKeyspace,
} from './redis-keyspace.ts';
import type { CommandObserver, ConnectionKind } from './redis-rules.ts';
import { waitForRedis } from './redis-wait.ts';
import { ServiceRedis } from './redis.ts';
import { reportConnection } from './redis-report.ts';
import { redisOperations } from './telemetry/redis-operations.ts';

export type ServiceConnection = ServiceRedis | ServiceCluster;

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
  /** All except copies that their owner has closed. */
  readonly #open = new Map<ServiceConnection, RedisKeyspace>();
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
   *
   * @param waitReplicas how many replicas must have a write before it resolves. Reads on this connection wait for earlier
   * writes, too
   */
  request(redis: RedisKeyspace, waitReplicas = 0): ServiceConnection {
    return this.#connect(redis, 'request', waitReplicas);
  }

  /**
   * For background work: waits for Redis without a limit, and resends commands after a reconnect. BullMQ's Worker requires
   * this (`maxRetriesPerRequest: null`). Its duplicates may block or subscribe.
   */
  background(redis: RedisKeyspace): ServiceConnection {
    return this.#connect(redis, 'background');
  }

  /** Whether all connections are open and no response is overdue. */
  get ready(): boolean {
    return [...this.#open.keys()].every((redis) => redis.responsive);
  }

  /** Whether the connections to one Redis are open, and no response of it is overdue. */
  readyFor({ url, prefix }: Pick<RedisKeyspace, 'url' | 'prefix'>): boolean {
    const isSame = (other: RedisKeyspace) =>
      other.url === url && (other.prefix === prefix || !isCluster(url));
    return [...this.#open].every(([redis, its]) => !isSame(its) || redis.responsive);
  }

  close(): void {
    clearInterval(this.#checks);
    for (const redis of this.#open.keys()) redis.disconnect();
  }

  #connect(redis: RedisKeyspace, kind: ConnectionKind, waitReplicas?: number): ServiceConnection {
    const config = { ...this.#config(kind, redis), waitReplicas };
    return isCluster(redis.url)
      ? new ServiceCluster(redis, kind, config)
      : new ServiceRedis(redisOptions(redis), kind, config);
  }

  /**
   * Reconnects all connections to the same server after one of them was rejected: a demoted primary never rejects those that
   * only read or subscribe.
   */
  #reconnectOthers(redis: ServiceConnection, { url }: RedisKeyspace): void {
    const server = addressesOf(url);
    for (const [other, its] of this.#open)
      if (other instanceof ServiceRedis && other !== redis && addressesOf(its.url) === server)
        other.reconnect();
  }

  /** A unique, readable name. BullMQ names its blocking duplicates after the queue, in base64. */
  #nameInLog(redis: ServiceConnection, kind: ConnectionKind): string {
    const { service } = this.#options;
    const { connectionName } =
      redis instanceof ServiceRedis ? redis.options : (redis.options.redisOptions ?? {});
    const name = connectionName === `${service}-${kind}` ? connectionName : `${service}-blocking`;
    const count = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  }

  #config(kind: ConnectionKind, keyspace: RedisKeyspace) {
    const { service, commandTimeoutMs, observe, log } = this.#options;
    return {
      name: `${service}-${kind}`,
      commandTimeoutMs,
      observe,
      opened: (redis: ServiceConnection) => {
        this.#open.set(redis, keyspace);
        reportConnection(redis, log.child({ connection: this.#nameInLog(redis, kind) }));
        redis.on('moved', () => {
          this.#reconnectOthers(redis, keyspace);
        });
      },
      closed: (copy: ServiceConnection) => this.#open.delete(copy),
      reopened: (redis: ServiceConnection) => this.#open.set(redis, keyspace),
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
  const [queue, store] = [queueRedis(config), storeRedis(config)];
  const queueNeeds = { keys: [queue.prefix], channels: [queue.prefix] };
  const storeNeeds = { keys: [store.prefix], channels: [] };
  const both = { keys: [queue.prefix, store.prefix], channels: [queue.prefix] };
  const servers =
    queue.url === store.url
      ? [{ ...queue, needs: both }]
      : [
          { ...queue, needs: queueNeeds },
          { ...store, needs: storeNeeds },
        ];
  await waitForRedis(servers, {
    timeoutMs: commandTimeoutMs,
    waitMs: config.REDIS_WAIT_MS,
    log,
    signal: lifecycle.signal,
    meanwhile: () => startProbeServer(registry, port),
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
