import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';
import type { CommonConfig } from './common-config.ts';
import { accessOf, type AccessConfig, type RedisAccess } from './redis-access.ts';
import { formatAddresses, parseRedisUrl, type RedisUrl } from './redis-url.ts';

/** A Redis, and how to get access to it. */
export interface RedisServer {
  readonly url: string;
  readonly access?: RedisAccess;
}

/** A Redis, and the prefix of the keys that this process may use there. */
export interface RedisKeyspace extends RedisServer {
  readonly prefix: string;
}

/** ioredis' options, except for one that its types do not let a variable have. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** The variables that describe the two Redis. */
export type RedisSettings = AccessConfig &
  Pick<CommonConfig, 'REDIS_URL' | 'STORE_REDIS_URL' | 'QUEUE_PREFIX' | 'STORE_PREFIX'>;

/** The Redis of the queues. */
export function queueRedis(config: RedisSettings): RedisKeyspace {
  return { url: config.REDIS_URL, prefix: config.QUEUE_PREFIX, access: accessOf(config) };
}

/** The Redis of the job's data; the same as that of the queues unless it has its own. */
export function storeRedis(config: RedisSettings): RedisKeyspace {
  const url = config.STORE_REDIS_URL ?? config.REDIS_URL;
  return { url, prefix: config.STORE_PREFIX, access: accessOf(config) };
}

/** ioredis' options of a server, of the primary that Sentinels name, or (without an address) of a Cluster's nodes. */
export function redisOptions({ url, access }: RedisServer): ConnectionOptions {
  const parsed = parseRedisUrl(url);
  const { username, password, family, database } = parsed;
  const tls = parsed.tls ? { ...access?.tls } : undefined;
  return {
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(tls && { tls }),
    family,
    ...addressOptions(parsed, access?.sentinel, tls),
    ...(parsed.kind !== 'cluster' && { db: database }),
  };
}

function addressOptions(
  { kind, addresses, primaryName }: RedisUrl,
  sentinel: RedisAccess['sentinel'],
  tls: TlsOptions | undefined,
): ConnectionOptions {
  if (kind === 'cluster') return {};
  if (kind === 'server') return { ...addresses[0] };
  return {
    sentinels: [...addresses],
    name: primaryName,
    ...(sentinel?.username !== undefined && { sentinelUsername: sentinel.username }),
    ...(sentinel?.password !== undefined && { sentinelPassword: sentinel.password }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

/** The addresses of a Redis, without user and password. */
export function addressesOf(url: string): string {
  return formatAddresses(parseRedisUrl(url));
}

export function isCluster(url: string): boolean {
  return parseRedisUrl(url).kind === 'cluster';
}
