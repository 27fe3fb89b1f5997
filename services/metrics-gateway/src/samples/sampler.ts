import { isOutage, withoutSecrets, type Logger, type Loop } from '@primes/service-kit';

/** Minimum milliseconds between the starts of two samples, however many are requested. */
export const MIN_INTERVAL_MS = 50;
/**
 * Minimum milliseconds until a sample is stale. If it were shorter, one slow reply (a fork of Redis, a garbage collection)
 * would cause errors; if it were longer, KEDA, which polls every 5 s, would act on outdated numbers.
 */
const MIN_STALE_AFTER_MS = 2_000;
/** Intervals until a sample is stale: two consecutive samples may fail or be late. */
const STALE_AFTER_INTERVALS = 3;

export interface Sample<T> {
  readonly value: T;
  /** Seconds since the start of the sample: no part of it is older. */
  readonly ageSeconds: number;
}

export interface SamplerObserver {
  sampleTaken(sample: string, seconds: number): void;
  sampleFailed(sample: string): void;
}

export interface SamplerOptions {
  /** The name of the sample in logs, problems and metrics. */
  readonly name: string;
  readonly intervalMs: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly observer: SamplerObserver;
  /** Receives a turn for each sample; undefined if the sample is not essential. */
  readonly loop?: Loop | undefined;
}

/**
 * Takes samples in the background, one at a time. Readers get the latest one from memory, with its age.
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
    this.#staleAfterMs = Math.max(STALE_AFTER_INTERVALS * options.intervalMs, MIN_STALE_AFTER_MS);
    this.#schedule();
  }

  /** The latest sample of any age; undefined before the first. */
  latest(): Sample<T> | undefined {
    if (!this.#latest) return undefined;
    const { value, startedAt } = this.#latest;
    return { value, ageSeconds: (performance.now() - startedAt) / 1_000 };
  }

  /** The latest sample, unless it is stale. */
  fresh(): Sample<T> | undefined {
    const sample = this.latest();
    return sample && sample.ageSeconds * 1_000 <= this.#staleAfterMs ? sample : undefined;
  }

  /** Requests a sample that starts after this call, as soon as the minimum interval allows. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    if (!this.#taking) this.#schedule();
  }

  /** Calls `listener` after each successful sample; returns a function that removes it. */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops sampling. A pending sample is ignored: it ends with its connection. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const interval = this.#requested ? MIN_INTERVAL_MS : this.#options.intervalMs;
    const wait = Math.max(this.#startedAt + interval - performance.now(), 0);
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
    const { name, log, observer, loop } = this.#options;
    loop?.turned();
    this.#latest = { value, startedAt };
    if (this.#failing) log.info({ sample: name }, 'sampling restored');
    this.#failing = false;
    observer.sampleTaken(name, (performance.now() - startedAt) / 1_000);
    for (const listener of this.#listeners) listener();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const { name, log, observer, loop } = this.#options;
    // Invalid data: a restart would not help.
    if (!isOutage(error)) loop?.turned();
    if (!this.#failing)
      log.warn({ sample: name, reason: withoutSecrets((error as Error).message) }, 'sampling failed');
    this.#failing = true;
    observer.sampleFailed(name);
  }
}
