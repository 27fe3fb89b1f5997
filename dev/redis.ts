import { checkRedis, type RedisServer } from '@primes/service-kit';
import { freePort } from '@primes/testing';
import { mkdir } from 'node:fs/promises';
import { aborted } from 'node:util';
import { CliError } from './cli-error.ts';
import { DEFAULT_PORT, type ManagedRedis, type RedisLocation } from './redis/managed-redis.ts';
import { findRedisServer, installRedisServer } from './redis/binary.ts';
import { startContainer } from './redis/docker.ts';
import { stopOrphan } from './redis/orphan.ts';
import { startServer } from './redis/server.ts';
import { isListening } from './tcp.ts';

interface RedisOptions {
  /** Use this Redis instead of starting one. */
  readonly external?: RedisServer | undefined;
  /** Port to start Redis on; default: DEFAULT_PORT, or any free port if that is in use. */
  readonly port?: number | undefined;
  readonly dataDir: string;
}

const REACHABLE_MS = 3_000;
/** While Redis loads its append-only file, it answers every command with LOADING. */
const LOADING_MS = 60_000;

/**
 * Opens the Redis that the user names, or starts one: with the program on the PATH, with Docker, or with the
 * program that apt installs, in this order.
 *
 * @throws {CliError} If no Redis can be used. Nothing is left running then, nor if `signal` is aborted.
 */
export async function openRedis(options: RedisOptions, signal: AbortSignal): Promise<ManagedRedis> {
  if (options.external) {
    await requireUsable(options.external);
    return {
      url: options.external.url,
      about: 'external, from REDIS_URL',
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  await mkdir(options.dataDir, { recursive: true });
  await stopOrphan(options.dataDir);
  const redis = await start({ port: await choosePort(options.port), dataDir: options.dataDir });
  try {
    await Promise.race([requireUsable(redis, LOADING_MS), aborted(signal, signal)]);
    signal.throwIfAborted();
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
  return redis;
}

/** @throws {CliError} If Redis does not answer or is too old. */
export async function requireUsable(redis: RedisServer, timeoutMs = REACHABLE_MS): Promise<void> {
  try {
    await checkRedis(redis, timeoutMs);
  } catch (error) {
    throw new CliError((error as Error).message, { cause: error });
  }
}

async function start(location: RedisLocation): Promise<ManagedRedis> {
  const found = await findRedisServer();
  if (found !== undefined) return startServer(found, location);
  const container = await startContainer(location);
  if (container !== undefined) return container;
  const installed = await installRedisServer();
  if (installed !== undefined) return startServer(installed, location);
  throw new CliError(
    'Redis is missing: install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), ' +
      'start Docker, or set REDIS_URL',
  );
}

async function choosePort(requested: number | undefined): Promise<number> {
  if (requested === undefined) return freePort(DEFAULT_PORT);
  if (await isListening(requested))
    throw new CliError(`Port ${requested} (Redis) is in use: set REDIS_PORT to another port`);
  return requested;
}
