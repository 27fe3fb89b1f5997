import { type LogLine, type ServiceProcess } from '@primes/testing';
import type { ProcessName } from './kinds.ts';
import type { Recorder } from './recorder.ts';

/** As in the chart: after SIGTERM, the kubelet waits so long. */
const GRACE_MS = 30_000;

/** A process that is started again whenever it has exited, as a container is. */
export class ManagedProcess {
  readonly name: ProcessName;
  readonly #start: () => Promise<ServiceProcess>;
  readonly #recorder: Recorder;
  #current: ServiceProcess | undefined;
  #starting: Promise<void> | undefined;
  #isWanted = false;
  #linesRead = 0;

  constructor(name: ProcessName, recorder: Recorder, start: () => Promise<ServiceProcess>) {
    this.name = name;
    this.#recorder = recorder;
    this.#start = start;
  }

  /** Undefined while it is down. */
  get current(): ServiceProcess | undefined {
    return this.#current;
  }

  async up(): Promise<void> {
    this.#isWanted = true;
    this.#starting ??= this.#startUntilItWorks();
    await this.#starting;
  }

  /** Stops it until `up` is called. */
  async down(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#isWanted = false;
    await this.#starting;
    const process = this.#current;
    if (!process) return;
    process.kill(signal);
    const kill = setTimeout(() => {
      process.kill('SIGKILL');
    }, GRACE_MS);
    await process.exited;
    clearTimeout(kill);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#current?.kill(signal);
  }

  /** The lines that it has logged since the last call. */
  newLines(): readonly LogLine[] {
    const lines = this.#current?.logs.slice(this.#linesRead) ?? [];
    this.#linesRead += lines.length;
    return lines;
  }

  async #startUntilItWorks(): Promise<void> {
    while (this.#isWanted && !this.#current) {
      // It exits if Redis is unavailable for too long.
      const process = await this.#start().catch(() => undefined);
      if (!process) continue;
      this.#current = process;
      this.#linesRead = 0;
      void process.exited.then((code) => {
        this.#current = undefined;
        if (!this.#isWanted) return;
        this.#recorder.record({ type: 'exit', process: this.name, code });
        void this.up();
      });
    }
    this.#starting = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down('SIGKILL');
  }
}
