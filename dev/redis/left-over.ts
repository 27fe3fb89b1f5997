import { Redis } from 'ioredis';
import { readFile, realpath } from 'node:fs/promises';
import { poll } from '../poll.ts';
import { Refusal } from '../refusal.ts';
import { answers } from '../tcp.ts';
import { configFile, portOf } from './settings.ts';

const ANSWER_MS = 1_000;
const STOPPED_MS = 5_000;

/**
 * Stops the Redis that an `npm start` left behind when it was killed: two servers on one append-only file
 * would destroy it. It is known by its data folder, so that nobody else's is stopped.
 */
export async function stopLeftOver(dataDir: string): Promise<void> {
  const port = portOf(await readFile(configFile(dataDir), 'utf8').catch(() => ''));
  if (port === undefined || !(await answers(port))) return;
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  });
  // The promise of a command tells what came of it; without a listener ioredis prints it as well.
  redis.on('error', () => undefined);
  try {
    const [, dir] = await redis.config('GET', 'dir');
    if (dir === undefined || (await realpath(dir)) !== (await realpath(dataDir))) return;
    // Redis closes the connection instead of answering.
    await redis.shutdown().catch(() => undefined);
  } catch {
    // Not one that we started: it wants a password, or is no Redis at all.
    return;
  } finally {
    redis.disconnect();
  }
  const stopped = await poll(async () => !(await answers(port)), { timeoutMs: STOPPED_MS, intervalMs: 10 });
  if (!stopped) throw new Refusal(`The Redis of an earlier start still runs on port ${port}: stop it first`);
}
