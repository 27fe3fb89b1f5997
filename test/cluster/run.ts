import { execFile } from 'node:child_process';

/** Runs a program to its end and gives what it wrote to stdout; `input` is what it reads. */
export function run(
  [program, ...args]: readonly [string, ...string[]],
  { input, timeoutMs = 60_000 }: { input?: string | undefined; timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}
