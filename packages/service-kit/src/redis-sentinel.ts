import { SentinelConnector, type RedisOptions, type SentinelAddress } from 'ioredis';
import type { ConnectionOptions } from './redis-keyspace.ts';
import { reconnectDelay } from './redis-rules.ts';

/** Milliseconds between two attempts to subscribe to a Sentinel that is unavailable. */
const WATCH_AGAIN_MS = 5_000;

type ConnectToSentinel = (endpoint: Partial<SentinelAddress>, options?: RedisOptions) => NodeJS.EventEmitter;

type Connect = SentinelConnector['connect'];

/**
 * ioredis' connector, which asks the Sentinels for the primary and follows their messages, without two of its faults:
 *
 * - It gives the connections on which it follows messages no error listener, so ioredis would print a stack for each
 *   failed attempt.
 * - It follows messages until the next connection is open, and a message cancels an attempt to connect. ioredis never
 *   repeats a cancelled attempt: the connection stays closed for good.
 */
class ServiceSentinelConnector extends SentinelConnector {
  /** @param options unknown in ioredis' type of a connector, and always those of the connection */
  constructor(options: unknown) {
    super(options as RedisOptions);
    const connector = this as unknown as { connectToSentinel: ConnectToSentinel };
    const connect = connector.connectToSentinel.bind(this);
    connector.connectToSentinel = (...args) => connect(...args).on('error', () => undefined);
  }

  override connect(...args: Parameters<Connect>): ReturnType<Connect> {
    const { failoverDetector } = this as unknown as { failoverDetector: { cleanup(): void } | null };
    failoverDetector?.cleanup();
    return super.connect(...args);
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
