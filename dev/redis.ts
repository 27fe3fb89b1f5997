import { checkRedis } from '@primes/service-kit';
import { mkdir } from 'node:fs/promises';
import { aborted } from './aborted.ts';
import { Refusal } from './refusal.ts';
import { DEFAULT_PORT, type BroughtRedis, type RedisPlace } from './redis/place.ts';
import { findRedisServer, installRedisServer } from './redis/binary.ts';
import { startContainer } from './redis/docker.ts';
import { stopLeftOver } from './redis/left-over.ts';
import { startServer } from './redis/server.ts';
import { answers, freePort } from './tcp.ts';

interface RedisWish {
  /** Use this one and start none. */
  readonly url?: string | undefined;
  /** Where to start one; left out, DEFAULT_PORT if that is free, else any. */
  readonly port?: number | undefined;
  readonly dataDir: string;
}

const REACHABLE_MS = 3_000;
/** Until it has read its append-only file, Redis answers nothing but that it is loading. */
const LOADING_MS = 60_000;

/**
 * The Redis that the user names, or one that is started here: with the program on the PATH, by Docker, or
 * with the program that apt installs, whichever of them comes first.
 *
 * @throws {Refusal} If it cannot be had; nothing of it is left running then, nor if `signal` is aborted.
 */
export async function bringRedis(wish: RedisWish, signal: AbortSignal): Promise<BroughtRedis> {
  if (wish.url !== undefined) {
    await requireUsable(wish.url);
    return {
      url: wish.url,
      about: 'yours, as REDIS_URL says',
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  await mkdir(wish.dataDir, { recursive: true });
  await stopLeftOver(wish.dataDir);
  const redis = await start({ port: await choosePort(wish.port), dataDir: wish.dataDir });
  try {
    await Promise.race([requireUsable(redis.url, LOADING_MS), aborted(signal)]);
    signal.throwIfAborted();
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
  return redis;
}

/** @throws {Refusal} If nothing answers there, or it is too old. */
export async function requireUsable(url: string, timeoutMs = REACHABLE_MS): Promise<void> {
  try {
    await checkRedis(url, timeoutMs);
  } catch (error) {
    throw new Refusal((error as Error).message, { cause: error });
  }
}

async function start(place: RedisPlace): Promise<BroughtRedis> {
  const found = await findRedisServer();
  if (found !== undefined) return startServer(found, place);
  const container = await startContainer(place);
  if (container !== undefined) return container;
  const installed = await installRedisServer();
  if (installed !== undefined) return startServer(installed, place);
  throw new Refusal(
    'Redis is missing: install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), ' +
      'start Docker, or set REDIS_URL',
  );
}

async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort(DEFAULT_PORT);
  if (await answers(wanted)) throw new Refusal(`Port ${wanted} (Redis) is in use: set REDIS_PORT to another`);
  return wanted;
}
