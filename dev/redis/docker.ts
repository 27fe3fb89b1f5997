import { checkRedis } from '@primes/service-kit';
import { runCommand } from '../command.ts';
import { poll } from '../poll.ts';
import type { BroughtRedis, RedisPlace } from './place.ts';
import { configFile, describeData, writeConfig } from './settings.ts';

const IMAGE = 'redis:7';
const ANSWER_MS = 5_000;
const PULL_MS = 300_000;
const STARTED_MS = 10_000;
const STOP_MS = 10_000;

/**
 * Starts Redis in a container; undefined if no Docker engine answers or it cannot start one (it may have no
 * way to the image).
 */
export async function startContainer(place: RedisPlace): Promise<BroughtRedis | undefined> {
  // The client alone is no use, so the engine's version is asked for.
  const version = ['docker', 'version', '--format', '{{.Server.Version}}'] as const;
  if (!(await runCommand(version, { timeoutMs: ANSWER_MS })).ok) return undefined;

  console.log(`Redis is missing: starting it with Docker (${IMAGE}) …`);
  await writeConfig(place);
  const { ok, output } = await runCommand(['docker', ...(await runArguments(place))], { timeoutMs: PULL_MS });
  const lastLine = output.split('\n').at(-1) ?? '';
  if (!ok) {
    console.log(`Docker could not start it: ${lastLine}`);
    return undefined;
  }
  const url = `redis://127.0.0.1:${place.port}`;
  // Docker's end of the port answers before Redis does.
  await poll(() => isUsable(url), { timeoutMs: STARTED_MS, intervalMs: 100 });
  return {
    url,
    about: `a Docker container, ${describeData(place.dataDir)}`,
    async [Symbol.asyncDispose]() {
      // SIGTERM, which makes Redis write and sync its file; then `--rm` removes the container.
      await runCommand(['docker', 'stop', '-t', '2', lastLine], { timeoutMs: STOP_MS });
    },
  };
}

function isUsable(url: string): Promise<boolean> {
  return checkRedis(url, 1_000).then(
    () => true,
    () => false,
  );
}

/**
 * The data folder has the same path inside as outside, so that a Redis that was left behind is known by its
 * `dir`, in a container or not. Inside, Redis takes any address and the usual port; it is the publishing that
 * keeps to loopback and has the port that was asked for.
 */
async function runArguments({ port, dataDir }: RedisPlace): Promise<string[]> {
  const publish = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dataDir}:${dataDir}`];
  const settings = [configFile(dataDir), '--bind', '0.0.0.0', '--port', '6379', '--protected-mode', 'no'];
  // Without the entrypoint of the image, which would change to another user.
  const run = ['run', '--rm', '--detach', '--user', await owner(), '--entrypoint', 'redis-server'];
  return [...run, ...publish, IMAGE, ...settings];
}

/** Who has to own the files in the data folder, so that the user can read and delete them. */
async function owner(): Promise<string> {
  const info = ['docker', 'info', '--format', '{{.SecurityOptions}}'] as const;
  const { output } = await runCommand(info, { timeoutMs: ANSWER_MS });
  // A rootless engine has the user for root.
  const rootless = output.includes('rootless');
  return rootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}
