import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The version on the PATH; undefined if it is not installed. */
export async function primesieveVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('primesieve', ['--version']);
    return /primesieve [\d.]+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

/** Milliseconds to count the primes on one thread, by its own clock, which excludes the start of the process. */
export async function countByPrimesieve(limit: number): Promise<number> {
  const { stdout } = await run('primesieve', [String(limit), '-t1', '-q', '--time']);
  return 1_000 * Number(/Seconds: ([\d.]+)/.exec(stdout)?.[1]);
}

/** Bytes per second of all primes up to a limit as text, through a pipe. */
export async function writeTextByPrimesieve(limit: number): Promise<number> {
  const start = performance.now();
  let bytes = 0;
  const child = spawn('primesieve', [String(limit), '-p', '-t1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(child, 'close');
  return (1_000 * bytes) / (performance.now() - start);
}
