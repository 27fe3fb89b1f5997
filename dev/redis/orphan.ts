import { eventually } from '@primes/testing';
import { Redis } from 'ioredis';
import { readFile, realpath } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';
import { isListening } from '../tcp.ts';
import { configFile, portOf } from './settings.ts';

const ANSWER_MS = 1_000;
const STOPPED_MS = 5_000;

/**
 * Stops the Redis that a killed `npm start` left running: two servers on one append-only file would corrupt it.
 * The data folder identifies it, so that no other Redis is stopped.
 */
export async function stopOrphan(dataDir: string): Promise<void> {
  const port = portOf(await readFile(configFile(dataDir), 'utf8').catch(() => ''));
  if (port === undefined || !(await isListening(port))) return;
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  });
  // The command's promise reports the error; without a listener ioredis also prints it.
  redis.on('error', () => undefined);
  try {
    const [, dir] = await redis.config('GET', 'dir');
    if (dir === undefined || (await realpath(dir)) !== (await realpath(dataDir))) return;
    // Redis closes the connection without an answer.
    await redis.shutdown().catch(() => undefined);
  } catch {
    // Not ours: it requires a password or is not Redis.
    return;
  } finally {
    redis.disconnect();
  }
  await eventually(
    async () => {
      if (await isListening(port))
        throw new CliError(`Redis of an earlier start still runs on port ${port}: stop it first`);
    },
    { timeoutMs: STOPPED_MS },
  );
}
