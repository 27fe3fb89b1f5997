import { eventually, hasExited, stopProcess } from '@primes/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManagedRedis, RedisLocation } from './managed-redis.ts';
import { CliError } from '../cli-error.ts';
import { isListening } from '../tcp.ts';
import { configFile, describeData, writeConfig } from './settings.ts';

const STARTED_MS = 10_000;
const STOPPED_MS = 2_000;

/** Starts `binary` in its own process session, so that Ctrl-C does not reach it. */
export async function startServer(binary: string, location: RedisLocation): Promise<ManagedRedis> {
  const { port, dataDir } = location;
  await writeConfig(location);
  const logFile = join(dataDir, 'redis.log');
  await using log = await open(logFile, 'w');
  const command = [binary, configFile(dataDir)] as const;
  const child = spawn(command[0], [command[1]], { detached: true, stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');

  // A Redis that only loads slowly is awaited by the caller.
  await eventually(
    async () => {
      if (!hasExited(child) && !(await isListening(port))) throw new Error('Redis does not listen yet');
    },
    { timeoutMs: STARTED_MS },
  ).catch(() => undefined);
  if (hasExited(child)) throw new CliError(`Redis did not start: ${await lastLine(logFile)}`);

  const onEnd = () => {
    console.error(
      `Redis exited unexpectedly. The services answer 503 until it runs again: ${command.join(' ')}`,
    );
  };
  child.on('exit', onEnd);
  return {
    url: `redis://127.0.0.1:${port}`,
    about: `started here, ${describeData(dataDir)}`,
    async [Symbol.asyncDispose]() {
      child.off('exit', onEnd);
      // On SIGTERM Redis writes and syncs its file before it exits.
      await stopProcess(child, 'SIGTERM', STOPPED_MS);
    },
  };
}

async function lastLine(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
}
