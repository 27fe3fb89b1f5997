import { Redis, type Callback, type Command, type RedisOptions } from 'ioredis';
import type { ConnectionOptions } from './redis-keyspace.ts';
import { ResponseCheck } from './redis-response-check.ts';
import { waitForReplicas } from './redis-replicas.ts';
import { sentinelOptions } from './redis-sentinel.ts';
import {
  OVERDUE,
  ROLE_CHANGED,
  blockingMs,
  observeCommand,
  type ObserveOptions,
  reconnectDelay,
  socketOptions,
  withoutEvictionPolicy,
  type CommandObserver,
  type ConnectionKind,
} from './redis-rules.ts';
import { isRedisUnavailable } from './redis-unavailable.ts';
import { redisAttributes } from './telemetry/redis-spans.ts';

export interface RedisConfig<Connection> {
  readonly name: string;
  readonly commandTimeoutMs: number;
  /** How many replicas must have a write before it resolves. Default: 0. */
  readonly waitReplicas?: number | undefined;
  readonly observe?: CommandObserver;
  /** Called with the connection and with each copy of it. */
  readonly opened?: (redis: Connection) => void;
  /** Called when the owner of a copy has closed it. The original stays open as long as the process. */
  readonly closed?: (copy: Connection) => void;
  /** Called when the owner has opened it again. */
  readonly reopened?: (redis: Connection) => void;
}

/** Milliseconds between two reconnects of a request connection after a role change; reads work in between. */
const RECONNECT_INTERVAL_MS = 1_000;

const BEHAVIOUR: Record<
  ConnectionKind,
  Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'autoResendUnfulfilledCommands'>
> = {
  request: { enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  background: { maxRetriesPerRequest: null },
};

/** A connection with the rules of this service; its duplicates, such as BullMQ's blocking one, have them too. */
export class ServiceRedis extends Redis {
  readonly #kind: ConnectionKind;
  readonly #config: RedisConfig<ServiceRedis>;
  readonly #responses: ResponseCheck;
  readonly #observing: ObserveOptions;
  #isCopy = false;
  #corked: Redis['stream'] | undefined;
  #inTransaction = false;
  #reconnectedAt = -Infinity;
  /** Consecutive reconnects after which the server rejected a command again. */
  #rejections = 0;
  #rejected = false;
  #blocks = false;

  /** @param target where Redis is, or the options of the connection that is duplicated */
  constructor(target: ConnectionOptions, kind: ConnectionKind, config: RedisConfig<ServiceRedis>) {
    const { commandTimeoutMs } = config;
    super({
      connectionName: config.name,
      ...socketOptions(kind, commandTimeoutMs),
      ...BEHAVIOUR[kind],
      ...target,
      ...(target.sentinels && sentinelOptions(commandTimeoutMs)),
    });
    this.#kind = kind;
    this.#config = config;
    this.#observing = { observe: config.observe, attributes: redisAttributes(this.options) };
    this.#responses = new ResponseCheck(commandTimeoutMs);
    this.options.retryStrategy = (times) => this.#retryDelay(times);
    this.options.reconnectOnError = (reply) => this.#onErrorReply(reply);
    this.on('ready', () => {
      this.#responses.reset();
      if (this.#rejected) this.emit('moved', this);
      this.#rejected = false;
    });
    // After QUIT. ioredis emits nothing if the owner disconnects during an outage.
    this.on('end', () => {
      this.#closed();
    });
    if (config.waitReplicas) waitForReplicas(this, config.waitReplicas, commandTimeoutMs);
    config.opened?.(this);
  }

  override disconnect(reconnect = false): void {
    super.disconnect(reconnect);
    if (!reconnect) this.#closed();
  }

  #closed(): void {
    if (this.#isCopy) this.#config.closed?.(this);
  }

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(override?: Override) {
    const copy = new ServiceRedis({ ...this.options, ...override }, this.#kind, this.#config);
    copy.#isCopy = true;
    return copy as unknown as ReturnType<typeof Redis.prototype.duplicate<Override>>;
  }

  /** Whether it is open, and the last check has a response or is not overdue. */
  get responsive(): boolean {
    return this.status === 'ready' && this.#responses.passed;
  }

  /**
   * Sends a PING, so that a silent connection is detected without other commands: a subscriber only listens, and a
   * proxy in between answers TCP keep-alives. A blocking read has its own timeout.
   */
  check(): void {
    if (this.status !== 'ready' || this.#blocks || this.#responses.pending) return;
    void this.#responses.send(() => this.ping());
  }

  /** Reconnects, at most once a second: the server has changed its role, although it serves reads. */
  reconnect(): void {
    const now = performance.now();
    if (this.status !== 'ready' || now - this.#reconnectedAt < RECONNECT_INTERVAL_MS) return;
    this.#reconnectedAt = now;
    this.disconnect(true);
  }

  override async info(...sections: (string | Buffer | Callback<string> | undefined)[]): Promise<string> {
    const text = await super.info(...(sections as string[]));
    return sections.length === 0 ? withoutEvictionPolicy(text) : text;
  }

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    observeCommand(this, command, this.#observing);
    this.options.socketTimeout = this.#overdueAfterMs(command);
    this.#cork();
    return super.sendCommand(command, stream);
  }

  override handleReconnection(
    reply: Error & { command?: object },
    item: Parameters<Redis['handleReconnection']>[1],
  ): void {
    // ioredis attaches the arguments, which include the password of AUTH.
    reply.command = { name: item.command.name };
    if (this.status !== 'ready' && isRedisUnavailable(reply)) this.emit('refused', reply);
    this.#inTransaction = 'inTransaction' in item.command && item.command.inTransaction === true;
    super.handleReconnection(reply, item);
  }

  /**
   * The socket timeout: a network can drop packets without closing the connection. One timer per connection, reset by
   * each response; a blocking read adds its own timeout.
   */
  #overdueAfterMs(command: Command): number | undefined {
    const ms = OVERDUE[this.status === 'ready' ? this.#kind : 'handshake'] * this.#config.commandTimeoutMs;
    const blockMs = blockingMs(command);
    if (blockMs === undefined) return ms;
    this.#blocks = true;
    return blockMs === Infinity ? undefined : ms + blockMs;
  }

  /** A rejected command was not executed, so a background connection resends it, unless it is part of a transaction. */
  #onErrorReply(reply: Error): boolean | 2 {
    if (!ROLE_CHANGED.test(reply.message)) return false;
    this.#rejected = true;
    this.emit('rejected', reply);
    if (this.#kind === 'background') return this.#inTransaction ? true : 2;
    this.reconnect();
    return false;
  }

  #retryDelay(times: number): number {
    this.#rejections = this.#rejected && this.#kind === 'background' ? this.#rejections + 1 : 0;
    return reconnectDelay(Math.max(times, this.#rejections));
  }

  /** All commands of one turn of the event loop share one write. */
  #cork(): void {
    const stream = this.stream as Redis['stream'] | undefined;
    if (!stream || stream === this.#corked) return;
    this.#corked = stream;
    stream.cork();
    setImmediate(() => {
      this.#corked = undefined;
      stream.uncork();
    });
  }
}
