import { progressOf, type JobProgress } from '@primes/contracts';

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
  #state: JobProgress;
  #writing = false;

  /** @param onTick called with each write, for periodic checks of the task */
  constructor(job: ProgressJob, onTick: () => void) {
    this.#job = job;
    this.#state = progressOf(job) ?? { startedAt: Date.now(), done: 0, total: 0, counts: {} };
    this.#timer = setInterval(() => {
      // While Redis is unavailable, the first write waits, so further ones would be useless.
      if (this.#writing) return;
      onTick();
      // The next write or the flush compensates for a failed one.
      this.#write().catch(() => undefined);
    }, INTERVAL_MS);
  }

  /** Milliseconds since the epoch of the first start of work. */
  get startedAt(): number {
    return this.#state.startedAt;
  }

  /** The counts of this task, over all its runs. */
  get counts(): JobProgress['counts'] {
    return this.#state.counts;
  }

  set(done: number, total: number): void {
    this.#state = { ...this.#state, done, total };
  }

  count(name: string, by = 1): void {
    const { counts } = this.#state;
    this.#state = { ...this.#state, counts: { ...counts, [name]: (counts[name] ?? 0) + by } };
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
      await this.#job.updateProgress(this.#state);
    } finally {
      this.#writing = false;
    }
  }
}
