import type { RedisClient } from '@primes/contracts';
import { withoutSecrets } from './error-fields.ts';
import { isAccessDenied } from './redis-unavailable.ts';

/** Milliseconds without a rejected command after which the connection counts as restored. */
const SETTLED_MS = 3_000;

/** Milliseconds between two lines about keys with wrong data: these stay until someone removes them. */
const WRONG_DATA_MS = 60_000;
/** Maximum number of keys in such a line; BullMQ's scripts have at most 14. */
const MAX_KEYS = 20;

/** Logs the start and the end of an outage, instead of a line for every attempt. */
export function reportConnection(
  redis: RedisClient,
  log: { warn: (fields: object, message: string) => void; info: (fields: object, message: string) => void },
): void {
  let isLost = false;
  let isRejected = false;
  let isRefused = false;
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
    isRefused = false;
  };
  // Often follows the end of the connection, and tells the operator the cause.
  const refused = (error: Error) => {
    if (!isLost || isRefused) return;
    log.warn({ reason: withoutSecrets(error.message) }, 'redis refuses the connection');
    isRefused = true;
  };
  redis.on('error', (error: Error) => {
    if (isAccessDenied(error)) refused(error);
    lost(error.message);
  });
  // ioredis emits no error if the server has too many clients.
  redis.on('refused', refused);
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
  let wrongDataAt = -Infinity;
  // Redis says neither which key of a script it is, nor which type it has.
  redis.on('wrong data', (error: Error, keys: readonly (string | Buffer)[]) => {
    const now = performance.now();
    if (now - wrongDataAt < WRONG_DATA_MS) return;
    wrongDataAt = now;
    void typesOf(redis, keys.slice(0, MAX_KEYS)).then((types) => {
      log.warn({ reason: withoutSecrets(error.message), types }, 'redis key has wrong data');
    });
  });
}

/** The type of each key that exists. */
async function typesOf(
  redis: RedisClient,
  keys: readonly (string | Buffer)[],
): Promise<Record<string, string>> {
  const types = await Promise.all(keys.map((key) => redis.type(key).catch(() => 'none')));
  return Object.fromEntries(
    keys.flatMap((key, i) => (types[i] === 'none' ? [] : [[key.toString(), types[i] ?? '']])),
  );
}
