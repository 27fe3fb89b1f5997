import { runCommand } from '../command.ts';
import { findOnPath } from '../on-path.ts';
import { CliError } from '../cli-error.ts';

const PROGRAMS = ['valkey-server', 'redis-server'];
const APT_MS = 300_000;

/** Tests start and stop their own servers, so they need the program: a remote Redis is not enough. */
export async function requireRedisServer(): Promise<string> {
  const path = (await findRedisServer()) ?? (await installRedisServer());
  if (path === undefined)
    throw new CliError('The tests need redis-server on the PATH: install Redis (macOS: brew install redis)');
  return path;
}

/** The path of the first server program on the PATH. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const path = await findOnPath(program);
    if (path !== undefined) return path;
  }
  return undefined;
}

/**
 * Installs redis-server with apt and returns its path; undefined on another system or without root.
 *
 * @throws {CliError} if apt fails
 */
export async function installRedisServer(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await runCommand(['apt-get', '--version'], { timeoutMs: 5_000 })).ok)
    return undefined;
  console.log('Redis is missing: installing it with apt-get …');
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    // Keep SysV init and systemd from starting the service: only the program is needed.
    RUNLEVEL: '1',
    SYSTEMD_OFFLINE: '1',
  };
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=60'] as const;
  // The update fails if any package source is unreachable, even one that does not have Redis.
  await runCommand([...apt, 'update'], { timeoutMs: APT_MS, env });
  const install = [...apt, 'install', '--no-install-recommends', 'redis-server'] as const;
  const { ok, output } = await runCommand(install, { timeoutMs: APT_MS, env });
  if (!ok) throw new CliError(`apt-get could not install redis-server: ${output.split('\n').at(-1) ?? ''}`);
  return findRedisServer();
}
