import { runCommand } from './command.ts';
import { CliError } from './cli-error.ts';

const APT_MS = 300_000;

/**
 * Installs a package of Debian or Ubuntu, without starting its service.
 *
 * @returns false on another system or without root
 * @throws {CliError} if apt fails
 */
export async function installPackage(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0 || !(await runCommand(['apt-get', '--version'], { timeoutMs: 5_000 })).ok)
    return false;
  console.log(`${name} is missing: installing it with apt-get …`);
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    // Keep SysV init and systemd from starting the service: only the program is needed.
    RUNLEVEL: '1',
    SYSTEMD_OFFLINE: '1',
  };
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=60'] as const;
  // The update fails if any package source is unreachable, even one that does not have the package.
  await runCommand([...apt, 'update'], { timeoutMs: APT_MS, env });
  const install = [...apt, 'install', '--no-install-recommends', name] as const;
  const { ok, output } = await runCommand(install, { timeoutMs: APT_MS, env });
  if (!ok) throw new CliError(`apt-get could not install ${name}: ${output.split('\n').at(-1) ?? ''}`);
  return true;
}
