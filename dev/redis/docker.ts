import { checkRedis } from '@primes/service-kit';
import { eventually } from '@primes/testing';
import { runCommand } from '../command.ts';
import type { ManagedRedis, RedisLocation } from './managed-redis.ts';
import { configFile, describeData, writeConfig } from './settings.ts';

const IMAGE = 'redis:7';
const ANSWER_MS = 5_000;
const PULL_MS = 300_000;
const STARTED_MS = 10_000;
const STOP_MS = 10_000;

/**
 * Starts Redis in a container; undefined if no Docker engine answers or it cannot start the container, for example
 * because it cannot pull the image.
 */
export async function startContainer(location: RedisLocation): Promise<ManagedRedis | undefined> {
  // Asks for the engine's version: the client alone is not enough.
  const version = ['docker', 'version', '--format', '{{.Server.Version}}'] as const;
  if (!(await runCommand(version, { timeoutMs: ANSWER_MS })).ok) return undefined;

  console.log(`Redis is missing: starting it with Docker (${IMAGE}) …`);
  await writeConfig(location);
  const { ok, output } = await runCommand(['docker', ...(await runArguments(location))], {
    timeoutMs: PULL_MS,
  });
  const lastLine = output.split('\n').at(-1) ?? '';
  if (!ok) {
    console.log(`Docker could not start Redis: ${lastLine}`);
    return undefined;
  }
  const url = `redis://127.0.0.1:${location.port}`;
  // Docker's proxy accepts connections before Redis does.
  const options = { timeoutMs: STARTED_MS, intervalMs: 100 };
  await eventually(() => checkRedis({ url }, 1_000), options).catch(() => undefined);
  return {
    url,
    about: `a Docker container, ${describeData(location.dataDir)}`,
    async [Symbol.asyncDispose]() {
      // On SIGTERM Redis writes and syncs its file; then `--rm` removes the container.
      await runCommand(['docker', 'stop', '-t', '2', lastLine], { timeoutMs: STOP_MS });
    },
  };
}

/**
 * The data folder has the same path inside and outside the container, so that an orphan is recognized by its `dir`.
 * Inside the container Redis listens on all addresses and port 6379; only loopback and the requested port are
 * published.
 */
async function runArguments({ port, dataDir }: RedisLocation): Promise<string[]> {
  const publish = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dataDir}:${dataDir}`];
  const settings = [configFile(dataDir), '--bind', '0.0.0.0', '--port', '6379', '--protected-mode', 'no'];
  // The entrypoint of the image would switch to another user.
  const run = ['run', '--rm', '--detach', '--user', await owner(), '--entrypoint', 'redis-server'];
  return [...run, ...publish, IMAGE, ...settings];
}

/** The owner of the files in the data folder, so that the user can read and delete them. */
async function owner(): Promise<string> {
  const info = ['docker', 'info', '--format', '{{.SecurityOptions}}'] as const;
  const { output } = await runCommand(info, { timeoutMs: ANSWER_MS });
  // A rootless engine maps root to the user.
  const rootless = output.includes('rootless');
  return rootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}
