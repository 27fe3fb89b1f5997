import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { poll } from '../poll.ts';
import type { BroughtRedis, RedisPlace } from './place.ts';
import { Refusal } from '../refusal.ts';
import { answers } from '../tcp.ts';
import { configFile, describeData, writeConfig } from './settings.ts';

const STARTED_MS = 10_000;
const STOPPED_MS = 2_000;

/** Starts the program `binary` at that place, in a process session of its own: Ctrl-C does not reach it. */
export async function startServer(binary: string, place: RedisPlace): Promise<BroughtRedis> {
  const { port, dataDir } = place;
  await writeConfig(place);
  const logFile = join(dataDir, 'redis.log');
  await using log = await open(logFile, 'w');
  const command = [binary, configFile(dataDir)] as const;
  const child = spawn(command[0], [command[1]], { detached: true, stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');

  await poll(async () => hasEnded(child) || (await answers(port)), { timeoutMs: STARTED_MS, intervalMs: 10 });
  if (hasEnded(child)) throw new Refusal(`Redis did not start: ${await lastLine(logFile)}`);

  const onEnd = () => {
    console.error(
      `Redis has ended by itself. Until it is back the services answer 503: ${command.join(' ')}`,
    );
  };
  child.on('exit', onEnd);
  return {
    url: `redis://127.0.0.1:${port}`,
    about: `started here, ${describeData(dataDir)}`,
    async [Symbol.asyncDispose]() {
      child.off('exit', onEnd);
      await stop(child);
    },
  };
}

/** SIGTERM makes Redis write and sync its file before it ends. */
async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOPPED_MS);
  await exit;
  clearTimeout(overdue);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function lastLine(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
}
