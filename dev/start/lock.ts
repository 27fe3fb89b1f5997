import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { CliError } from '../cli-error.ts';

/**
 * Locks a data folder for this process until it is disposed of: a second `npm start` on other ports would treat the
 * first one's Redis as an orphan. The lock of a killed process does not count.
 *
 * @throws {CliError} If another start holds the lock.
 */
export async function claimDataDir(dataDir: string, program: string): Promise<AsyncDisposable> {
  const file = join(dataDir, 'start.pid');
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(file, 'utf8').catch(() => undefined));
  if (pid > 0 && pid !== process.pid && (await commandOf(pid)).includes(program)) {
    throw new CliError(
      `npm start already uses ${dataDir} (process ${pid}): stop it or set DATA_DIR to another folder`,
    );
  }
  await writeFile(file, `${process.pid}\n`);
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

/** The command line of a process, empty if it does not exist: another process may have the pid by now. */
async function commandOf(pid: number): Promise<string> {
  // Linux without the package procps has no ps.
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (line !== undefined) return line.replaceAll('\0', ' ');
  const { ok, output } = await runCommand(['ps', '-o', 'args=', '-p', String(pid)], { timeoutMs: 2_000 });
  return ok ? output : '';
}
