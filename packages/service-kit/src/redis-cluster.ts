import { Cluster, Command, type Redis, type Callback, type ClusterNode, type ClusterOptions } from 'ioredis';
import {
  redisOptions,
  type ConnectionOptions,
  type RedisKeyspace,
  type RedisServer,
} from './redis-keyspace.ts';
import { waitForReplicas } from './redis-replicas.ts';
import { ResponseCheck } from './redis-response-check.ts';
import { parseRedisUrl } from './redis-url.ts';
import {
  OVERDUE,
  ROLE_CHANGED,
  blockingMs,
  observeCommand,
  type ObserveOptions,
  reconnectDelay,
  socketOptions,
  withoutEvictionPolicy,
  type ConnectionKind,
} from './redis-rules.ts';
import type { RedisConfig } from './redis.ts';
import { redisAttributes } from './telemetry/redis-spans.ts';

/** What ioredis does not declare. */
interface Subscriber {
  getInstance(): Redis | null;
}

/** Milliseconds between two readings of which node serves which slot; an error of a node causes one too. */
const REFRESH_MS = 5_000;

/** Milliseconds until a background command is tried again, on the node that serves its slot then. */
const RETRY_MS = 250;

/**
 * A background command waits for the Cluster: it was not executed if a node rejected it, and is resent after a lost
 * connection. A request fails instead, except that it follows its slot and waits for keys that are being moved.
 */
const BEHAVIOUR: Record<ConnectionKind, Omit<ClusterOptions, 'redisOptions'>> = {
  request: {
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 50,
  },
  background: {
    maxRedirections: Infinity,
    retryDelayOnFailover: RETRY_MS,
    retryDelayOnClusterDown: RETRY_MS,
    retryDelayOnTryAgain: RETRY_MS,
    // Two nodes can name each other for a moment.
    retryDelayOnMoved: 50,
  },
};

/** ioredis' options, except for one that its types do not let a variable have. */
type ClusterOptionsOf = Omit<ClusterOptions, 'redisOptions'> & { readonly redisOptions: ConnectionOptions };

/** The first nodes to ask, and the options of the connections to all of them. */
export function clusterOf(
  server: RedisServer,
  options: ConnectionOptions,
): { nodes: ClusterNode[]; clusterOptions: ClusterOptionsOf } {
  const nodes = parseRedisUrl(server.url).addresses.map((address) => ({ ...address }));
  const clusterOptions: ClusterOptionsOf = {
    lazyConnect: true,
    // Each connection resolves the name itself, as for one server: TLS needs the name.
    dnsLookup: (name, callback) => {
      callback(null, name);
    },
    redisOptions: { ...redisOptions(server), ...options },
  };
  return { nodes, clusterOptions };
}

/**
 * A connection to each node of a Redis Cluster that is needed, with the rules of ServiceRedis. ioredis reconnects to a
 * node when a command needs it. All keys of `keyspace` are in one slot.
 */
export class ServiceCluster extends Cluster {
  readonly #keyspace: RedisKeyspace;
  readonly #kind: ConnectionKind;
  readonly #config: RedisConfig<ServiceCluster>;
  readonly #responses: ResponseCheck;
  readonly #observing: ObserveOptions;
  #isCopy = false;
  #isClosed = false;
  /** The longest time for which a command of this connection blocks. */
  #blockMs = 0;
  #nodeError = 'connection closed';

  constructor(keyspace: RedisKeyspace, kind: ConnectionKind, config: RedisConfig<ServiceCluster>) {
    const { commandTimeoutMs, name, waitReplicas } = config;
    const { nodes, clusterOptions } = clusterOf(keyspace, {
      ...socketOptions(kind, commandTimeoutMs),
      connectionName: name,
      maxRetriesPerRequest: null,
      // The command waits as after a lost connection.
      ...(kind === 'background' && {
        reconnectOnError: (reply) => (ROLE_CHANGED.test(reply.message) ? 2 : false),
      }),
    });
    super(nodes, {
      ...BEHAVIOUR[kind],
      ...clusterOptions,
      slotsRefreshTimeout: commandTimeoutMs,
      slotsRefreshInterval: REFRESH_MS,
      clusterRetryStrategy: reconnectDelay,
    });
    this.#keyspace = keyspace;
    this.#kind = kind;
    this.#config = config;
    this.#responses = new ResponseCheck(commandTimeoutMs);
    const [address = {}] = parseRedisUrl(keyspace.url).addresses;
    this.#observing = { observe: config.observe, attributes: redisAttributes(address) };
    this.on('+node', (node: Redis) => {
      node.options.socketTimeout = this.#overdueMs;
      if (waitReplicas) waitForReplicas(node, waitReplicas, commandTimeoutMs);
    });
    this.on('-node', () => {
      this.check();
    });
    this.on('node error', (error: Error, address: string) => {
      this.#nodeError = `${address}: ${error.message}`;
    });
    this.on('ready', () => {
      this.#responses.reset();
    });
    config.opened?.(this);
    this.connect().catch(() => undefined);
  }

  /**
   * BullMQ's recovery disconnects and then waits for this. ioredis alone would make no second attempt, and its promise
   * would never settle if the Cluster is down when it is asked: the worker would never fetch again.
   */
  override async connect(): Promise<void> {
    this['manuallyClosing'] = false;
    if (this.#isClosed) this.#config.reopened?.(this);
    this.#isClosed = false;
    const ready = Promise.withResolvers<undefined>();
    this.once('ready', ready.resolve);
    try {
      await Promise.race([super.connect(), ready.promise]);
    } finally {
      this.off('ready', ready.resolve);
    }
  }

  override disconnect(reconnect = false): void {
    super.disconnect(reconnect);
    if (!reconnect) this.#closed();
  }

  override quit(callback?: Callback<'OK'>): Promise<'OK'> {
    this.#closed();
    return super.quit(callback);
  }

  #closed(): void {
    this.#isClosed = true;
    if (this.#isCopy) this.#config.closed?.(this);
  }

  override duplicate(_nodes?: unknown, override?: ClusterOptions): Cluster {
    const name = override?.redisOptions?.connectionName ?? this.#config.name;
    const copy = new ServiceCluster(this.#keyspace, this.#kind, { ...this.#config, name });
    copy.#isCopy = true;
    return copy;
  }

  /** Whether the node that serves the keys has responded to the last check, or is not overdue. */
  get responsive(): boolean {
    return this.status === 'ready' && this.#responses.passed;
  }

  /** Asks the node that serves the keys, and the one that sends messages. A blocking read has its own timeout. */
  check(): void {
    this.#checkSubscriber();
    if (this.status !== 'ready' || this.#blockMs > 0) return;
    if (this.#responses.pending) {
      if (!this.responsive) this.emit('unresponsive', this.#nodeError);
      return;
    }
    void this.#responses
      .send(() => this.exists(`${this.#keyspace.prefix}:liveness`))
      .then((responded) => {
        if (responded) this.emit('responsive');
        else this.emit('unresponsive', this.#nodeError);
      });
  }

  /** ioredis gives it no timeouts, and replaces it by another node when it is closed. */
  #checkSubscriber(): void {
    const subscriber = (this['subscriber'] as Subscriber).getInstance();
    if (subscriber?.status !== 'ready') return;
    subscriber.options.socketTimeout = OVERDUE.background * this.#config.commandTimeoutMs;
    subscriber.ping().catch(() => undefined);
  }

  /** Of the node that serves the keys, and not of a random one. */
  override async info(...sections: (string | Buffer | Callback<string> | undefined)[]): Promise<string> {
    const command = new Command('info', sections as string[], { replyEncoding: 'utf8' });
    const slot = new Command('exists', [this.#keyspace.prefix]).getSlot();
    const text = (await this.sendCommand(command, undefined, { slot } as never)) as string;
    return sections.length === 0 ? withoutEvictionPolicy(text) : text;
  }

  override sendCommand(command: Command, ...target: [stream?: never, node?: never]): unknown {
    observeCommand(this, command, this.#observing);
    if (this.#kind === 'request') {
      // Not `enableOfflineQueue: false`: it rejects commands also while a node is opened, after each move of a slot.
      if (this.status !== 'ready' && command.name !== 'cluster') {
        command.reject(new Error("Cluster isn't ready"));
        return command.promise;
      }
      command.setTimeout(this.#config.commandTimeoutMs);
    }
    const blockMs = blockingMs(command) ?? 0;
    if (blockMs > this.#blockMs) {
      this.#blockMs = blockMs;
      for (const node of this.nodes()) node.options.socketTimeout = this.#overdueMs;
    }
    return super.sendCommand(command, ...target);
  }

  /** The socket timeout of a node: that of a connection that blocks is longer for all of its commands. */
  get #overdueMs(): number | undefined {
    const ms = OVERDUE[this.#kind] * this.#config.commandTimeoutMs + this.#blockMs;
    return ms === Infinity ? undefined : ms;
  }
}
