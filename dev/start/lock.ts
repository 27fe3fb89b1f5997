import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

/**
 * Claims a data folder for this process until it is disposed of: a second `npm start` on other ports would
 * take the first one's Redis for a left-over. A process that was killed claims nothing any more.
 *
 * @throws {Refusal} If another start has it.
 */
export async function claimDataDir(dataDir: string, program: string): Promise<AsyncDisposable> {
  const file = join(dataDir, 'start.pid');
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(file, 'utf8').catch(() => undefined));
  if (pid > 0 && pid !== process.pid && (await commandOf(pid)).includes(program)) {
    throw new Refusal(
      `npm start already runs on ${dataDir} (process ${pid}): stop it, or set DATA_DIR to another`,
    );
  }
  await writeFile(file, `${process.pid}\n`);
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

/** The command line of a process, empty if there is none: the number may be another's by now. */
async function commandOf(pid: number): Promise<string> {
  // Linux without the package procps has no ps.
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (line !== undefined) return line.replaceAll('\0', ' ');
  const { ok, output } = await runCommand(['ps', '-o', 'args=', '-p', String(pid)], { timeoutMs: 2_000 });
  return ok ? output : '';
}
