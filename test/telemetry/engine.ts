import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually } from '@primes/testing';

export interface EngineSpec {
  /** A program on the PATH. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 once the program works. */
  readonly ready: string;
}

/** One of the real programs that signals go through, as a process that a test can end and start again. */
export class Engine {
  readonly #spec: EngineSpec;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(spec: EngineSpec) {
    this.#spec = spec;
  }

  static async start(spec: EngineSpec): Promise<Engine> {
    const engine = new Engine(spec);
    await engine.start();
    return engine;
  }

  async start(): Promise<void> {
    const { program, args = [], env, ready } = this.#spec;
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      // The end of it says why, should it not start.
      stream.on('data', (text: Buffer) => (this.#output = (this.#output + text.toString()).slice(-2_000)));
    }
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${program} ended with ${code}: ${this.#output}`);
    });
    failed.catch(() => undefined);
    const answers = eventually(
      async () => {
        const { status } = await fetch(ready);
        if (status !== 200) throw new Error(`${ready} answers ${status}`);
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
    try {
      await Promise.race([answers, failed]);
    } catch (error) {
      await this.stop();
      throw new Error(`${program} did not start: ${this.#output}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Its resident memory (Linux). */
  get residentMegabytes(): number {
    return residentMegabytes(this.#child?.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The resident memory of a process (Linux). */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
