import { Redis, type RedisOptions } from 'ioredis';
import { redisAttributes, traceCommand } from './telemetry/redis-spans.ts';
import { isTracing } from './telemetry/tracing.ts';

/** Called once a command: its name in lower case and how it ended. */
export type CommandObserver = (operation: string, status: 'success' | 'error') => void;

export interface RedisConfig {
  readonly name: string;
  readonly commandTimeoutMs: number;
  readonly observe?: CommandObserver;
}

type Command = Parameters<Redis['sendCommand']>[0];

/** Commands pass `sendCommand` again when they are sent after a reconnect; they count once. */
const SEEN = Symbol('seen');

class ObservedRedis extends Redis {
  #observe: CommandObserver | undefined;
  #corked: Redis['stream'] | undefined;
  readonly #attributes = redisAttributes(this.options);

  observe(observer: CommandObserver | undefined): this {
    this.#observe = observer;
    return this;
  }

  override sendCommand(
    command: Command & { [SEEN]?: true },
    stream?: Parameters<Redis['sendCommand']>[1],
  ): unknown {
    const observe = this.#observe;
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
    this.#cork();
    return super.sendCommand(command, stream);
  }

  /** All commands of one turn of the event loop share a write, and Redis reads them at once. */
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

type Behaviour = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>;

function connect(url: string, config: RedisConfig, behaviour: Behaviour): Redis {
  const redis = new ObservedRedis(url, {
    connectionName: config.name,
    // CLIENT SETINFO is unknown before Redis 7.2, and each refusal would count as an error.
    disableClientInfo: true,
    // Back within a second of Redis' return; the jitter keeps a fleet from coming all at once.
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 1_000) * (0.75 + Math.random() / 2),
    ...behaviour,
  });
  return redis.observe(config.observe);
}

/**
 * For requests: fails at once while Redis is away, since the client is told to come back, and never
 * sends a command again by itself, since the first may have been carried out.
 */
export function createRequestRedis(url: string, config: RedisConfig): Redis {
  return connect(url, config, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: config.commandTimeoutMs,
  });
}

/**
 * For background work: waits for Redis as long as it takes, and sends again what was cut off.
 * BullMQ's Worker needs it so (`maxRetriesPerRequest: null`).
 */
export function createBackgroundRedis(url: string, config: RedisConfig): Redis {
  return connect(url, config, { maxRetriesPerRequest: null });
}

const AWAY = [
  /^Connection is closed/,
  // The rest of a pipeline or transaction that was answered in part.
  /^Command aborted due to connection close/,
  /^Stream isn't writeable/,
  /^Command timed out/,
  /^Reached the max retries per request/,
  /^connect E[A-Z]+/,
  // In a cluster the name of a Service may come later than the pod that asks for it.
  /^getaddrinfo E[A-Z_]+/,
  /^read ECONNRESET/,
  // Redis answers, but cannot serve: starting up, failing over, disk full, memory full.
  /^(LOADING|READONLY|MASTERDOWN|MISCONF|OOM|CLUSTERDOWN|TRYAGAIN)\b/,
];

/** Whether an error says that Redis cannot serve now. ioredis gives most of them no class or code. */
export function isRedisUnavailable(error: unknown): boolean {
  return Error.isError(error) && AWAY.some((pattern) => pattern.test(error.message));
}

/** Handler of the errors of BullMQ's objects: what is not an outage, which the connection reports itself. */
export function logUnlessAway(log: {
  error: (fields: object, message: string) => void;
}): (error: Error) => void {
  return (error) => {
    if (!isRedisUnavailable(error)) log.error({ err: error }, 'queue error');
  };
}

/** Logs the first failure of an outage and its end, instead of a line for every try. */
export function reportConnection(
  redis: Redis,
  log: { warn: (fields: object, message: string) => void; info: (fields: object, message: string) => void },
): void {
  let away = false;
  const lost = (reason: string) => {
    if (!away) log.warn({ reason }, 'redis is away');
    away = true;
  };
  redis.on('error', (error: Error) => {
    lost(error.message);
  });
  // A server that ends in order closes the connection without an error.
  redis.on('reconnecting', () => {
    lost('connection closed');
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'redis is back');
    away = false;
  });
}

/** The least version that BullMQ supports without restrictions. */
const MINIMUM_VERSION = [6, 2] as const;

/**
 * Makes sure that Redis answers within `timeoutMs` and is new enough.
 *
 * @throws {Error} one line that names the address (never the password) and what is wrong, which is its cause
 */
export async function checkRedis(url: string, timeoutMs: number): Promise<void> {
  const { host } = new URL(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
  });
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason = error;
  });
  try {
    await redis.connect();
    const version = /redis_version:(\d+)\.(\d+)\S*/.exec(await redis.info('server'));
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    const [needMajor, needMinor] = MINIMUM_VERSION;
    if (!(major > needMajor || (major === needMajor && minor >= needMinor))) {
      const found = version?.[0].split(':')[1] ?? 'of an unknown version';
      reason = new Error(`is ${found}, needs ${needMajor}.${needMinor} or newer`);
      throw reason;
    }
  } catch (error) {
    const cause = reason ?? (error as Error);
    // eslint-disable-next-line preserve-caught-error -- what the connection told says more than what was caught
    throw new Error(`Redis at ${host}: ${cause.message}`, { cause });
  } finally {
    // On a connection that was refused it would hold a timer for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}
