import { checkInteger } from '../check-integer.ts';
import { checkRange } from '../segment-sieve.ts';
import { RANGES_PER_THREAD } from '../tuning.ts';
import { FairQueue } from './fair-queue.ts';
import { compileKernel } from './kernel-module.ts';
import type { SieveRange, SievedRange } from './protocol.ts';
import { SieveThread, type PendingRange } from './sieve-thread.ts';

export interface SieveOptions {
  /** Groups share the threads fairly, range by range. */
  readonly group: string;
  /** Aborts the call: the promise rejects at once with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Memory for the bitmap, with the length of the range; the response has the same memory. Its buffer belongs to the pool
   * until then, and is lost if the call fails. Default: new memory.
   */
  readonly into?: Uint8Array<ArrayBuffer>;
}

/**
 * Sieves ranges in worker threads. Groups with waiting ranges take turns, so that a group with thousands of ranges does
 * not delay a group with one. A thread is started when there is a range for it, because an idle one takes 15 MB (the
 * start takes 30 ms, once); it keeps the process alive until the pool is closed.
 */
export class SievePool {
  readonly #size: number;
  readonly #kernel = compileKernel();
  readonly #threads = new Set<SieveThread>();
  readonly #waiting = new FairQueue<PendingRange>();
  #closed: Promise<void> | undefined;

  /** @throws {RangeError} If `threads` is not a positive integer. */
  constructor({ threads }: { threads: number }) {
    checkInteger('threads', threads, { min: 1 });
    this.#size = threads;
  }

  /** Maximum number of threads. */
  get size(): number {
    return this.#size;
  }

  /**
   * Sieves a range into `into` or new memory, and counts its primes. If the call is aborted while a thread sieves the
   * range, the thread finishes it, and the result is discarded.
   *
   * @throws {RangeError} If the range is empty, not made of whole bytes, not within 0 to MAX_NUMBER, or its length is not
   * that of `into`.
   * @throws {Error} If the thread crashed, or the pool is closed before the range is sieved.
   */
  async sieve(range: SieveRange, { group, signal, into }: SieveOptions): Promise<SievedRange> {
    checkRange(range);
    if (into) checkInteger('into.length', into.length, { min: range.bytes, max: range.bytes });
    if (this.#closed) throw closedError();
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<SievedRange>();
    const pending: PendingRange = { group, request: { ...range, into }, resolve, reject };
    const giveUp = () => {
      this.#waiting.delete(group, pending);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp);
    this.#waiting.push(group, pending);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Rejects pending calls, ends the threads, and resolves when they have exited. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    for (let pending = this.#waiting.shift(); pending; pending = this.#waiting.shift())
      pending.reject(closedError());
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
    // A crashed thread is replaced here, when there is work again. So a thread that crashes at its start fails one range
    // each time, and is not restarted endlessly.
    return free?.load !== 0 && this.#threads.size < this.#size ? this.#startThread() : free;
  }

  #startThread(): SieveThread {
    const events = {
      done: () => {
        this.#dispatch();
      },
      gone: (unfinished: readonly PendingRange[], error: unknown) => {
        this.#threads.delete(thread);
        this.#settle(unfinished, error);
      },
    };
    const thread = new SieveThread(events, this.#kernel);
    this.#threads.add(thread);
    return thread;
  }

  /** Handles the requests of a thread that has exited: the current one fails, the next ones wait again. */
  #settle(unfinished: readonly PendingRange[], error: unknown): void {
    for (const [i, pending] of unfinished.entries()) {
      if (this.#closed) pending.reject(closedError());
      else if (i > 0) this.#waitAgain(pending);
      else pending.reject(new Error('A sieve thread exited before its range was sieved', { cause: error }));
    }
    this.#dispatch();
  }

  /** With new memory: that of the caller is lost with the thread. */
  #waitAgain(pending: PendingRange): void {
    pending.request = { ...pending.request, into: undefined };
    this.#waiting.push(pending.group, pending);
  }
}

function closedError(): Error {
  return new Error('The sieve pool is closed');
}
