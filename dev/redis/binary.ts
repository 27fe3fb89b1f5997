import { runCommand } from '../command.ts';
import { findOnPath } from '../on-path.ts';
import { Refusal } from '../refusal.ts';

const PROGRAMS = ['valkey-server', 'redis-server'];
const APT_MS = 300_000;

/** Tests start and stop servers of their own, so they need the program: a Redis somewhere else will not do. */
export async function requireRedisServer(): Promise<string> {
  const path = (await findRedisServer()) ?? (await installRedisServer());
  if (path === undefined)
    throw new Refusal('The tests need redis-server on the PATH: install Redis (macOS: brew install redis)');
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
 * Installs Debian's or Ubuntu's redis-server and gives its path; undefined on another system or without root.
 *
 * @throws {Refusal} if apt fails
 */
export async function installRedisServer(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await runCommand(['apt-get', '--version'], { timeoutMs: 5_000 })).ok)
    return undefined;
  console.log('Redis is missing: installing it with apt-get …');
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    // Only the program is wanted. The first keeps a SysV init, the second systemd from starting the service.
    RUNLEVEL: '1',
    SYSTEMD_OFFLINE: '1',
  };
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=60'] as const;
  // One package source that is out of reach fails the update, and need not be the one that has Redis.
  await runCommand([...apt, 'update'], { timeoutMs: APT_MS, env });
  const install = [...apt, 'install', '--no-install-recommends', 'redis-server'] as const;
  const { ok, output } = await runCommand(install, { timeoutMs: APT_MS, env });
  if (!ok) throw new Refusal(`apt-get could not install redis-server: ${output.split('\n').at(-1) ?? ''}`);
  return findRedisServer();
}
