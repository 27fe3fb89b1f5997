import { Command, Redis, type Callback, type RedisOptions } from 'ioredis';
import { redisAttributes, traceCommand } from './telemetry/redis-spans.ts';
import { isTracing } from './telemetry/tracing.ts';

/** Called once per command, with its name in lower case and its outcome. */
export type CommandObserver = (operation: string, status: 'success' | 'error') => void;

export interface RedisConfig {
  readonly name: string;
  readonly commandTimeoutMs: number;
  readonly observe?: CommandObserver;
  /** Called with the connection and with each copy of it. */
  readonly opened?: (redis: ServiceRedis) => void;
  /** Called when the owner of a copy has closed it. The original stays open as long as the process. */
  readonly closed?: (copy: ServiceRedis) => void;
}

type Kind = 'request' | 'background';

/**
 * Multiples of `commandTimeoutMs` after which a connection without a response is reopened. A slow Redis first fails the
 * request, then its connection. Background connections wait longer: a command that is resent may have been executed, and
 * a task that is fetched that way waits until its lock expires.
 */
const OVERDUE = { handshake: 1, request: 2, background: 5 };

/** The server has changed its role, so the address may belong to another server now. */
const ROLE_CHANGED = /\b(READONLY|MASTERDOWN|LOADING|UNBLOCKED|NOREPLICAS)\b/;

/** Milliseconds between two reconnects of a request connection after a role change; reads work in between. */
const RECONNECT_INTERVAL_MS = 1_000;

/** Marks counted commands: after a reconnect they pass `sendCommand` again. */
const SEEN = Symbol('seen');

const BEHAVIOUR: Record<
  Kind,
  Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'autoResendUnfulfilledCommands'>
> = {
  request: { enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  background: { maxRetriesPerRequest: null },
};

/** A connection with the rules of this service; its duplicates, such as BullMQ's blocking one, have them too. */
export class ServiceRedis extends Redis {
  readonly #kind: Kind;
  readonly #config: RedisConfig;
  readonly #attributes = redisAttributes(this.options);
  #isCopy = false;
  #corked: Redis['stream'] | undefined;
  #inTransaction = false;
  #reconnectedAt = -Infinity;
  /** Consecutive reconnects after which the server rejected a command again. */
  #rejections = 0;
  #rejected = false;
  #blocks = false;
  #checkedAt: number | undefined;
  #silent = false;

  /** @param target a URL, or the options of the connection that is duplicated */
  constructor(target: string | RedisOptions, kind: Kind, config: RedisConfig) {
    const { commandTimeoutMs } = config;
    // ioredis accepts both, but its types do not.
    super(target as string, {
      connectionName: config.name,
      // Before Redis 7.2, CLIENT SETINFO would count as an error on each connection.
      disableClientInfo: true,
      connectTimeout: OVERDUE.request * commandTimeoutMs,
      keepAlive: 10_000,
      maxLoadingRetryTime: 1_000,
      ...(kind === 'request' && { commandTimeout: commandTimeoutMs }),
      ...BEHAVIOUR[kind],
    });
    this.#kind = kind;
    this.#config = config;
    this.options.retryStrategy = (times) => this.#retryDelay(times);
    this.options.reconnectOnError = (reply) => this.#onErrorReply(reply);
    this.on('ready', () => {
      this.#checkedAt = undefined;
      this.#silent = false;
      if (this.#rejected) this.emit('moved', this);
      this.#rejected = false;
    });
    // After QUIT. ioredis emits nothing if the owner disconnects during an outage.
    this.on('end', () => {
      this.#closed();
    });
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
    const waited = this.#checkedAt === undefined ? 0 : performance.now() - this.#checkedAt;
    return this.status === 'ready' && !this.#silent && waited <= this.#config.commandTimeoutMs;
  }

  /**
   * Sends a PING, so that a silent connection is detected without other commands: a subscriber only listens, and a
   * proxy in between answers TCP keep-alives. A blocking read has its own timeout.
   */
  check(): void {
    if (this.status !== 'ready' || this.#blocks || this.#checkedAt !== undefined) return;
    this.#checkedAt = performance.now();
    const checked = (silent: boolean) => () => {
      this.#checkedAt = undefined;
      this.#silent = silent;
    };
    // A user without permission for PING gets a response too.
    this.ping().then(checked(false), (error: unknown) => {
      checked(!(error as Error).message.startsWith('NOPERM'))();
    });
  }

  /** Reconnects, at most once a second: the server has changed its role, although it serves reads. */
  reconnect(): void {
    const now = performance.now();
    if (this.status !== 'ready' || now - this.#reconnectedAt < RECONNECT_INTERVAL_MS) return;
    this.#reconnectedAt = now;
    this.disconnect(true);
  }

  /** Hides the eviction policy from BullMQ, which would print a warning; `waitForRedis` logs one. */
  override async info(...sections: (string | Buffer | Callback<string> | undefined)[]): Promise<string> {
    const text = await super.info(...(sections as string[]));
    return sections.length === 0 ? text.replace(/^maxmemory_policy:.*\r?\n/m, '') : text;
  }

  override sendCommand(
    command: Command & { [SEEN]?: true },
    stream?: Parameters<Redis['sendCommand']>[1],
  ): unknown {
    const { observe } = this.#config;
    if (observe && !command[SEEN]) {
      command[SEEN] = true;
      if (isTracing()) traceCommand(command, this.#attributes);
      command.promise.then(
        () => {
          observe(command.name, 'success');
        },
        () => {
          observe(command.name, 'error');
        },
      );
    }
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
    this.#inTransaction = 'inTransaction' in item.command && item.command.inTransaction === true;
    super.handleReconnection(reply, item);
  }

  /**
   * The socket timeout: a network can drop packets without closing the connection. One timer per connection, reset by
   * each response; a blocking read adds its own timeout.
   */
  #overdueAfterMs(command: Command): number | undefined {
    const ms = OVERDUE[this.status === 'ready' ? this.#kind : 'handshake'] * this.#config.commandTimeoutMs;
    if (!Command.checkFlag('BLOCKING_COMMANDS', command.name)) return ms;
    const blockMs = command.extractBlockingTimeout();
    if (typeof blockMs !== 'number') return ms;
    this.#blocks = true;
    return blockMs === 0 ? undefined : ms + blockMs;
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

  /** At most about a second, with jitter so that not all processes reconnect at once. */
  #retryDelay(times: number): number {
    this.#rejections = this.#rejected && this.#kind === 'background' ? this.#rejections + 1 : 0;
    const exponent = Math.min(Math.max(times, this.#rejections), 6);
    return Math.min(50 * 2 ** exponent, 1_000) * (0.75 + Math.random() / 2);
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
