import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SievedRange, SieveRequest } from './protocol.ts';

// .ts in src and .js in dist: tsc rewrites imports, but no URLs.
const THREAD_FILE = new URL(`./thread${extname(import.meta.filename)}`, import.meta.url);

/** A range on its way through the pool, and the promise of its caller. */
export interface Job {
  readonly group: string;
  request: SieveRequest;
  readonly resolve: (sieved: SievedRange) => void;
  readonly reject: (reason: unknown) => void;
}

export interface SieveThreadEvents {
  /** A job has been resolved. */
  done(): void;
  /** The thread is no more; `unfinished` are its jobs, the one it was at first, and `error` what it threw. */
  gone(unfinished: readonly Job[], error: unknown): void;
}

/** One worker thread and the jobs that it has been given, which it does in that order. */
export class SieveThread {
  readonly #jobs: Job[] = [];
  readonly #worker: Worker;

  /** `kernel` is what it sieves with; without, plain TypeScript. */
  constructor(events: SieveThreadEvents, kernel: WebAssembly.Module | undefined) {
    // A thread would run the process's --import preloads again (from the command line and NODE_OPTIONS
    // alike), which starts a second telemetry SDK. It needs no flag and no variable, so it gets none.
    this.#worker = new Worker(THREAD_FILE, { workerData: kernel, execArgv: [], env: {} });
    let thrown: unknown;
    this.#worker.on('message', (sieved: SievedRange) => {
      this.#jobs.shift()?.resolve(sieved);
      events.done();
    });
    this.#worker.on('error', (error) => {
      thrown = error;
    });
    this.#worker.on('exit', () => {
      events.gone(this.#jobs, thrown);
    });
  }

  /** How many jobs it has been given and not yet done. */
  get load(): number {
    return this.#jobs.length;
  }

  run(job: Job): void {
    this.#jobs.push(job);
    const { into } = job.request;
    this.#worker.postMessage(job.request, into ? [into.buffer] : []);
  }

  /** Ends the thread, whatever it is at, and resolves when it is gone. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
