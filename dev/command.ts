import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: that of this process. */
  readonly cwd?: string | undefined;
  /** Written to stdin. */
  readonly input?: string | undefined;
}

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** stdout and stderr, trimmed. */
  readonly output: string;
}

/** Runs a command and reports the outcome; a missing program is a failure like any other. */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs: timeout, env = process.env, cwd, input }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { timeout, env, cwd, maxBuffer: 64 * 2 ** 20 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim() || (error?.message ?? '');
      resolve({ ok: error === null, stdout, output });
    });
    child.stdin?.end(input);
  });
}

/** Runs a command that must succeed, and returns its stdout. */
export async function run(
  command: readonly [string, ...string[]],
  { timeoutMs = 60_000, ...options }: Partial<CommandOptions> = {},
): Promise<string> {
  const { ok, stdout, output } = await runCommand(command, { timeoutMs, ...options });
  if (!ok) throw new Error(`${command.join(' ')}: ${output}`);
  return stdout;
}
