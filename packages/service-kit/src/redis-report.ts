import type { RedisClient } from '@primes/contracts';
import { withoutSecrets } from './error-fields.ts';
import { isAccessDenied } from './redis-unavailable.ts';

/** Milliseconds without a rejected command after which the connection counts as restored. */
const SETTLED_MS = 3_000;

/** Logs the start and the end of an outage, instead of a line for every attempt. */
export function reportConnection(
  redis: RedisClient,
  log: { warn: (fields: object, message: string) => void; info: (fields: object, message: string) => void },
): void {
  let isLost = false;
  let isRejected = false;
  let isDenied = false;
  let settling: NodeJS.Timeout | undefined;
  const lost = (reason: string) => {
    clearTimeout(settling);
    if (!isLost) log.warn({ reason: withoutSecrets(reason) }, 'redis connection lost');
    isLost = true;
  };
  const restored = () => {
    if (isLost) log.info({}, 'redis connection restored');
    isLost = false;
    isRejected = false;
    isDenied = false;
  };
  redis.on('error', (error: Error) => {
    // Often follows the end of the connection, and tells the operator the cause.
    if (isLost && !isDenied && isAccessDenied(error)) {
      log.warn({ reason: withoutSecrets(error.message) }, 'redis access denied');
      isDenied = true;
    }
    lost(error.message);
  });
  // A server that shuts down closes the connection without an error.
  redis.on('reconnecting', () => {
    lost('connection closed');
  });
  // In a Cluster, what counts is the node that serves the keys.
  redis.on('unresponsive', lost);
  redis.on('responsive', restored);
  // The server responds, but has changed its role: it may reject commands again after each reconnect.
  redis.on('rejected', (reply: Error) => {
    isRejected = true;
    lost(reply.message);
    if (redis.status === 'ready') settling = setTimeout(restored, SETTLED_MS).unref();
  });
  redis.on('ready', () => {
    if (isRejected) settling = setTimeout(restored, SETTLED_MS).unref();
    else restored();
  });
}
