import { SentinelConnector, type RedisOptions, type SentinelAddress } from 'ioredis';
import type { ConnectionOptions } from './redis-keyspace.ts';
import { reconnectDelay } from './redis-rules.ts';

/** Milliseconds between two attempts to subscribe to a Sentinel that is unavailable. */
const WATCH_AGAIN_MS = 5_000;

type ConnectToSentinel = (endpoint: Partial<SentinelAddress>, options?: RedisOptions) => NodeJS.EventEmitter;

type Connect = SentinelConnector['connect'];

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What ioredis does not declare. */
interface Internals {
  connectToSentinel: ConnectToSentinel;
  /** Asks a Sentinel for the address of the primary. */
  resolve: (sentinel: Partial<SentinelAddress>) => Promise<Address | null>;
  /** Follows the messages of the Sentinels. */
  initFailoverDetector: () => Promise<void>;
  readonly failoverDetector: { cleanup(): void } | null;
}

/**
 * ioredis' connector, which asks the Sentinels for the primary and follows their messages, without three of its faults:
 *
 * - It gives the connections on which it follows messages no error listener, so ioredis would print a stack for each
 *   failed attempt.
 * - It follows messages until the next connection is open, and a message cancels an attempt to connect. ioredis never
 *   repeats a cancelled attempt: the connection stays closed for good.
 * - A message between the answer of a Sentinel and the subscription to it is lost. A primary that was frozen while the
 *   connection was opened then received tasks for 10 s, until its demotion, and lost 213 of them. So the same Sentinel is
 *   asked again after the subscription.
 */
class ServiceSentinelConnector extends SentinelConnector {
  #attempts = 0;

  /** @param options unknown in ioredis' type of a connector, and always those of the connection */
  constructor(options: unknown) {
    super(options as RedisOptions);
    const connector = this.#internals;
    const connect = connector.connectToSentinel.bind(this);
    connector.connectToSentinel = (...args) => connect(...args).on('error', () => undefined);

    const resolve = connector.resolve.bind(this);
    let answered: { readonly sentinel: Partial<SentinelAddress>; readonly primary: Address } | undefined;
    connector.resolve = async (sentinel) => {
      const primary = await resolve(sentinel);
      if (primary) answered = { sentinel, primary: { host: primary.host, port: primary.port } };
      return primary;
    };
    const follow = connector.initFailoverDetector.bind(this);
    connector.initFailoverDetector = async () => {
      const attempt = this.#attempts;
      const before = answered;
      await follow();
      const primary = before && (await resolve(before.sentinel).catch(() => null));
      const isSame = primary?.host === before?.primary.host && primary?.port === before?.primary.port;
      // It would cancel an attempt that has begun since.
      if (primary && !isSame && attempt === this.#attempts) this.disconnect();
    };
  }

  override connect(...args: Parameters<Connect>): ReturnType<Connect> {
    this.#attempts++;
    this.#internals.failoverDetector?.cleanup();
    return super.connect(...args);
  }

  get #internals(): Internals {
    return this as unknown as Internals;
  }
}

/**
 * The options of a connection to the primary that Sentinels name. Each connection follows their messages and leaves a
 * primary that they have replaced, also if that one still answers: it may be separated from the Sentinels only, and
 * everything that is written to it is lost later.
 */
export function sentinelOptions(commandTimeoutMs: number): ConnectionOptions {
  return {
    Connector: ServiceSentinelConnector,
    failoverDetector: true,
    sentinelCommandTimeout: commandTimeoutMs,
    sentinelRetryStrategy: reconnectDelay,
    sentinelReconnectStrategy: () => WATCH_AGAIN_MS,
  };
}
