import { Worker } from 'node:worker_threads';
import type { SievedRange, SieveRequest } from './protocol.ts';

const THREAD_FILE = new URL('./thread.ts', import.meta.url);

/** A request to the pool, and the promise of its caller. */
export interface PendingRange {
  readonly group: string;
  request: SieveRequest;
  readonly resolve: (sieved: SievedRange) => void;
  readonly reject: (reason: unknown) => void;
}

export interface SieveThreadEvents {
  /** A request was resolved. */
  done(): void;
  /** The thread has exited; `unfinished` starts with its current request, and `error` is what it threw. */
  gone(unfinished: readonly PendingRange[], error: unknown): void;
}

/** One worker thread and its requests, which it handles in order. */
export class SieveThread {
  readonly #pending: PendingRange[] = [];
  readonly #worker: Worker;

  /** @param kernel default: plain TypeScript */
  constructor(events: SieveThreadEvents, kernel: WebAssembly.Module | undefined) {
    // Without flags and variables, which it does not need: a thread would run the --import preloads of the process again,
    // from the command line and NODE_OPTIONS.
    this.#worker = new Worker(THREAD_FILE, { workerData: kernel, execArgv: [], env: {} });
    let thrown: unknown;
    this.#worker.on('message', (sieved: SievedRange) => {
      this.#pending.shift()?.resolve(sieved);
      events.done();
    });
    this.#worker.on('error', (error) => {
      thrown = error;
    });
    this.#worker.on('exit', () => {
      events.gone(this.#pending, thrown);
    });
  }

  /** Number of pending requests. */
  get load(): number {
    return this.#pending.length;
  }

  run(pending: PendingRange): void {
    this.#pending.push(pending);
    const { into } = pending.request;
    this.#worker.postMessage(pending.request, into ? [into.buffer] : []);
  }

  /** Ends the thread at once, and resolves when it has exited. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
