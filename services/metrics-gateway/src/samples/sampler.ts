import type { Logger } from '@primes/service-kit';

/** Milliseconds from the start of one sample to the next, however many events ask for one. */
export const LEAST_GAP_MS = 50;
/**
 * Milliseconds a sample stands for now at least. Shorter, and one slow answer (a fork of Redis, a pause of
 * the garbage collector) would turn into refusals; longer, and KEDA, which asks every 5 s, would act on a
 * queue that is gone.
 */
const LEAST_TOLERANCE_MS = 2_000;
/** Two samples in a row may fail or be late; the third makes the last good one stale. */
const TOLERATED_INTERVALS = 3;

export interface Sample<T> {
  readonly value: T;
  /** Seconds since the taking of it began: nothing in it is older. */
  readonly ageSeconds: number;
}

export interface SamplerObserver {
  sampleTaken(sample: string, seconds: number): void;
  sampleFailed(sample: string): void;
}

export interface SamplerOptions {
  /** What is sampled: named so in the log, in problems and in metrics. */
  readonly name: string;
  readonly intervalMs: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly observer: SamplerObserver;
}

/**
 * Looks at something in the background, over and over, and never twice at once. Whoever wants to know it
 * reads the latest sample from memory, which has an age instead of a cost.
 */
export class Sampler<T> {
  readonly name: string;
  readonly #take: () => Promise<T>;
  readonly #options: SamplerOptions;
  readonly #staleAfterMs: number;
  readonly #listeners = new Set<() => void>();
  #latest: { readonly value: T; readonly startedAt: number } | undefined;
  #startedAt = -Infinity;
  #taking = false;
  #requested = false;
  #failing = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(take: () => Promise<T>, options: SamplerOptions) {
    this.name = options.name;
    this.#take = take;
    this.#options = options;
    this.#staleAfterMs = Math.max(TOLERATED_INTERVALS * options.intervalMs, LEAST_TOLERANCE_MS);
    this.#schedule();
  }

  /** The latest sample, however old; undefined before the first. */
  latest(): Sample<T> | undefined {
    if (!this.#latest) return undefined;
    const { value, startedAt } = this.#latest;
    return { value, ageSeconds: (performance.now() - startedAt) / 1_000 };
  }

  /** The latest sample, unless it is too old to stand for now. */
  fresh(): Sample<T> | undefined {
    const sample = this.latest();
    return sample && sample.ageSeconds * 1_000 <= this.#staleAfterMs ? sample : undefined;
  }

  /** Asks for a sample that begins after this call, as soon as the least gap allows. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    if (!this.#taking) this.#schedule();
  }

  /** Calls `listener` after each sample that succeeded; gives back how to end that. */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes no more samples. One that is being taken is dropped: it ends with the connection it waits for. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const gap = this.#requested ? LEAST_GAP_MS : this.#options.intervalMs;
    const wait = Math.max(this.#startedAt + gap - performance.now(), 0);
    this.#timer = setTimeout(() => void this.#sample(), wait);
  }

  async #sample(): Promise<void> {
    const startedAt = performance.now();
    this.#startedAt = startedAt;
    this.#requested = false;
    this.#taking = true;
    try {
      this.#succeeded(await this.#take(), startedAt);
    } catch (error) {
      this.#failed(error);
    }
    this.#taking = false;
    this.#schedule();
  }

  #succeeded(value: T, startedAt: number): void {
    if (this.#closed) return;
    const { name, log, observer } = this.#options;
    this.#latest = { value, startedAt };
    if (this.#failing) log.info({ sample: name }, 'sampling works again');
    this.#failing = false;
    observer.sampleTaken(name, (performance.now() - startedAt) / 1_000);
    for (const listener of this.#listeners) listener();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const { name, log, observer } = this.#options;
    if (!this.#failing) log.warn({ sample: name, reason: (error as Error).message }, 'sampling fails');
    this.#failing = true;
    observer.sampleFailed(name);
  }
}
