import { percentOf, progressOf, type JobProgress } from '@primes/contracts';

/** Milliseconds between two writes: 4 a second, and none for shorter tasks. */
const INTERVAL_MS = 250;

export interface ProgressJob {
  readonly progress: unknown;
  updateProgress(progress: JobProgress): Promise<void>;
}

/** The progress of a task, over all its runs, written to its job periodically. */
export class ProgressReporter {
  readonly #job: ProgressJob;
  readonly #timer: NodeJS.Timeout;
  /** Milliseconds since the epoch of the first start of work. */
  readonly startedAt: number;
  readonly #counts: Record<string, number>;
  #done: number;
  #total: number;
  #writing = false;

  /**
   * @param now milliseconds since the epoch: the start, if this is the first run
   * @param onTick called with each write, for periodic checks of the task
   */
  constructor(job: ProgressJob, now: number, onTick: () => void) {
    this.#job = job;
    const earlier = progressOf(job);
    this.startedAt = earlier?.startedAt ?? now;
    this.#done = earlier?.done ?? 0;
    this.#total = earlier?.total ?? 0;
    this.#counts = { ...earlier?.counts };
    this.#timer = setInterval(() => {
      // While Redis is unavailable, the first write waits, so further ones would be useless.
      if (this.#writing) return;
      onTick();
      // The next write or the flush compensates for a failed one.
      this.#write().catch(() => undefined);
    }, INTERVAL_MS);
  }

  /** The counts of this task, over all its runs. */
  get counts(): Readonly<JobProgress['counts']> {
    return this.#counts;
  }

  get percent(): number {
    return percentOf({ done: this.#done, total: this.#total });
  }

  set(done: number, total: number): void {
    this.#done = done;
    this.#total = total;
  }

  count(name: string, by = 1): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Writes the final state of a task that continues elsewhere or later. */
  async flush(): Promise<void> {
    this.stop();
    await this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      await this.#job.updateProgress({
        startedAt: this.startedAt,
        done: this.#done,
        total: this.#total,
        counts: { ...this.#counts },
      });
    } finally {
      this.#writing = false;
    }
  }
}
