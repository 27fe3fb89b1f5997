import { checkRange } from '../segment-sieve.ts';
import { RANGES_PER_THREAD } from '../tuning.ts';
import { FairQueue } from './fair-queue.ts';
import { compileKernel } from './kernel-module.ts';
import type { SieveRange, SievedRange } from './protocol.ts';
import { SieveThread, type Job } from './sieve-thread.ts';

export interface SieveOptions {
  /** Whose range it is: groups share the threads fairly, range by range. */
  readonly group: string;
  /** Gives the range up: the promise rejects at once with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Memory for the bitmap, as long as the range: the same comes back in the answer. Its buffer is the pool's
   * until then, and lost if there is no answer. Default: new memory.
   */
  readonly into?: Uint8Array<ArrayBuffer>;
}

/**
 * Sieves ranges in worker threads. Groups that have ranges waiting take turns, so that a group with one
 * range is not held up by one with thousands. A thread is started when there is a range for it, since an idle
 * one holds 15 MB (starting takes 30 ms, once); it keeps the process alive until the pool is closed.
 */
export class SievePool {
  readonly #size: number;
  readonly #kernel = compileKernel();
  readonly #threads = new Set<SieveThread>();
  readonly #waiting = new FairQueue<Job>();
  #closed: Promise<void> | undefined;

  /** @throws {RangeError} If `threads` is not an integer from 1 up */
  constructor({ threads }: { threads: number }) {
    if (!Number.isInteger(threads) || threads < 1) {
      throw new RangeError(`\`threads\` must be an integer from 1 up: received ${threads}`);
    }
    this.#size = threads;
  }

  /** How many threads there are at most. */
  get size(): number {
    return this.#size;
  }

  /**
   * The bitmap of the bytes of the wheel from `firstByte` on, in `into` or a buffer of its own, and its
   * number of primes. A range that is given up while it is sieved is finished all the same, and dropped.
   *
   * Rejects with a RangeError if the range is empty, not made of whole bytes, not within 0 to MAX_NUMBER or
   * not as long as `into`, and with an Error if the thread crashed at it, or the pool is closed or closes
   * before it is done.
   */
  async sieve(range: SieveRange, { group, signal, into }: SieveOptions): Promise<SievedRange> {
    checkRange(range);
    if (into && into.length !== range.bytes) {
      throw new RangeError(`\`into\` must be ${range.bytes} bytes long: received ${into.length}`);
    }
    if (this.#closed) throw closedError();
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<SievedRange>();
    const job: Job = { group, request: { ...range, into }, resolve, reject };
    const giveUp = () => {
      this.#waiting.delete(group, job);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp);
    this.#waiting.push(group, job);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Rejects what is not done yet, ends the threads and resolves when they are gone. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) job.reject(closedError());
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #dispatch(): void {
    while (!this.#waiting.isEmpty) {
      const thread = this.#freeThread();
      if (!thread) return;
      thread.run(this.#waiting.shift()!);
    }
  }

  #freeThread(): SieveThread | undefined {
    let free: SieveThread | undefined;
    for (const thread of this.#threads) {
      if (thread.load < (free?.load ?? RANGES_PER_THREAD)) free = thread;
    }
    // A crashed thread is replaced here, when there is work again: one that crashes from the start then
    // fails a range each time, instead of being started again for ever.
    return free?.load !== 0 && this.#threads.size < this.#size ? this.#startThread() : free;
  }

  #startThread(): SieveThread {
    const events = {
      done: () => {
        this.#dispatch();
      },
      gone: (unfinished: readonly Job[], error: unknown) => {
        this.#threads.delete(thread);
        this.#settle(unfinished, error);
      },
    };
    const thread = new SieveThread(events, this.#kernel);
    this.#threads.add(thread);
    return thread;
  }

  /** The jobs of a thread that is gone: the one it was at fails, the next ones wait again. */
  #settle(unfinished: readonly Job[], error: unknown): void {
    for (const [i, job] of unfinished.entries()) {
      if (this.#closed) job.reject(closedError());
      else if (i > 0) this.#waitAgain(job);
      else job.reject(new Error('A sieve thread ended before its range was done', { cause: error }));
    }
    this.#dispatch();
  }

  /** For new memory: the thread took the caller's along. */
  #waitAgain(job: Job): void {
    job.request = { ...job.request, into: undefined };
    this.#waiting.push(job.group, job);
  }
}

function closedError(): Error {
  return new Error('The sieve pool is closed');
}
