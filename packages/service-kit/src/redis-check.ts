import type { RedisClient } from '@primes/contracts';
import { Cluster, type Redis } from 'ioredis';
import { withoutSecrets } from './error-fields.ts';
import { addressesOf, type RedisServer } from './redis-keyspace.ts';
import { openOnce } from './redis-once.ts';
import { missingPermissions, type Needs } from './redis-permissions.ts';

/** The lowest version that BullMQ supports without restrictions. */
const MINIMUM_VERSION = [6, 2] as const;

export interface CheckedRedis {
  /** Host and port; of each, if the URL names several. */
  readonly host: string;
  /** Its `maxmemory-policy`, if INFO shows one. */
  readonly evictionPolicy: string | undefined;
}

/**
 * Checks that Redis (in a Cluster every primary) responds within `timeoutMs` and has the database, the version and the
 * permissions that are needed.
 *
 * @throws {Error} one line with the address (never the password) and the problem, which is the cause
 */
export async function checkRedis(
  server: RedisServer,
  timeoutMs: number,
  needs?: Needs,
): Promise<CheckedRedis> {
  const host = addressesOf(server.url);
  const redis = openOnce(server, timeoutMs);
  const reason = firstReason(redis);
  try {
    await redis.connect();
    const primaries = redis instanceof Cluster ? redis.nodes('master') : [redis];
    const [evictionPolicy] = await Promise.all(primaries.map((primary) => checkServer(primary, needs)));
    return { host, evictionPolicy };
  } catch (error) {
    const cause = error instanceof UnsuitableError ? error : (reason() ?? (error as Error));
    // eslint-disable-next-line preserve-caught-error -- of a connection that fails, only an event has the reason
    throw new Error(`Redis at ${host}: ${withoutSecrets(cause.message)}`, { cause });
  } finally {
    // After the end, it would hold a timer for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** The server responds, but cannot be used. */
class UnsuitableError extends Error {}

/** Returns its `maxmemory-policy`, if INFO shows one. */
async function checkServer(redis: Redis, needs: Needs | undefined): Promise<string | undefined> {
  // If the server rejects the database, ioredis continues in database 0.
  const { db = 0 } = redis.options;
  if (db !== 0) await redis.select(db);
  const missing = needs ? await missingPermissions(redis, needs) : [];
  if (missing.length > 0)
    throw new UnsuitableError(`NOPERM the user lacks permissions: ${missing.join(' ')}`);
  const info = await redis.info();
  const version = /redis_version:(\d+)\.(\d+)\S*/.exec(info);
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  const [needMajor, needMinor] = MINIMUM_VERSION;
  if (!(major > needMajor || (major === needMajor && minor >= needMinor))) {
    const found = version?.[0].split(':')[1] ?? 'unknown';
    throw new UnsuitableError(`expected version ${needMajor}.${needMinor} or later, received ${found}`);
  }
  return /maxmemory_policy:(\S+)/.exec(info)?.[1];
}

/** Why the connection fails, as its events tell: the last error, or what a Sentinel or a node of a Cluster answered. */
function firstReason(redis: RedisClient): () => Error | undefined {
  let reason: Error | undefined;
  let detail: Error | undefined;
  redis.on('error', (error: Error) => {
    reason = error;
  });
  redis.on('sentinelError', ({ message }: Error) => {
    // The reply to a question about a name that the Sentinel does not know.
    detail = message.endsWith('invalid reply: null')
      ? new Error('No Sentinel knows a primary with this name')
      : undefined;
  });
  redis.on('node error', (error: Error) => {
    detail = error;
  });
  return () => detail ?? reason;
}
