import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { stopProcess } from './stop-process.ts';

export interface EngineSpec {
  /** A program on the PATH. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The URL that answers 200 once the program is ready. */
  readonly ready: string;
}

/** An external program, such as a collector or VictoriaMetrics, that a test can stop and start again. */
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
      // The last lines explain a failed start.
      stream.on('data', (text: Buffer) => (this.#output = (this.#output + text.toString()).slice(-2_000)));
    }
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${program} exited with code ${code}: ${this.#output}`);
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
    if (this.#child) await stopProcess(this.#child);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
