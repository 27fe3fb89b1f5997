import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a command and tells how it went; a program that is not there is a failure like any other. */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  options: { timeoutMs: number; env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { timeoutMs: timeout, env = process.env } = options;
    execFile(program, args, { timeout, env, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() });
    });
  });
}
