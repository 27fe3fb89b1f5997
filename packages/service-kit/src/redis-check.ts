import { Redis } from 'ioredis';
import { withoutSecrets } from './error-fields.ts';
import { missingPermissions, type Needs } from './redis-permissions.ts';

/** The lowest version that BullMQ supports without restrictions. */
const MINIMUM_VERSION = [6, 2] as const;

export interface RedisServer {
  /** Host and port. */
  readonly host: string;
  /** Its `maxmemory-policy`, if INFO shows one. */
  readonly evictionPolicy: string | undefined;
}

/**
 * Checks that Redis responds within `timeoutMs` and has the database, the version and the permissions that are needed.
 *
 * @throws {Error} one line with the address (never the password) and the problem, which is the cause
 */
export async function checkRedis(url: string, timeoutMs: number, needs?: Needs): Promise<RedisServer> {
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
    // If the server rejects the database, ioredis continues in database 0.
    const { db = 0 } = redis.options;
    if (db !== 0) await redis.select(db);
    const missing = needs ? await missingPermissions(redis, needs) : [];
    if (missing.length > 0) {
      reason = new Error(`NOPERM the user lacks permissions: ${missing.join(' ')}`);
      throw reason;
    }
    const info = await redis.info();
    const version = /redis_version:(\d+)\.(\d+)\S*/.exec(info);
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    const [needMajor, needMinor] = MINIMUM_VERSION;
    if (!(major > needMajor || (major === needMajor && minor >= needMinor))) {
      const found = version?.[0].split(':')[1] ?? 'unknown';
      reason = new Error(`expected version ${needMajor}.${needMinor} or later, received ${found}`);
      throw reason;
    }
    return { host, evictionPolicy: /maxmemory_policy:(\S+)/.exec(info)?.[1] };
  } catch (error) {
    const cause = reason ?? (error as Error);
    // eslint-disable-next-line preserve-caught-error -- the error event has the reason
    throw new Error(`Redis at ${host}: ${withoutSecrets(cause.message)}`, { cause });
  } finally {
    // After the end, it would hold a timer for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}
