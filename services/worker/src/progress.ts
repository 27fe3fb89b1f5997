import { progressOf, type JobProgress } from '@primes/contracts';

/** Milliseconds between two writes: 4 a second, and none for a task that is done before the first. */
const INTERVAL_MS = 250;

export interface ProgressJob {
  readonly progress: unknown;
  updateProgress(progress: JobProgress): Promise<void>;
}

/** What a task has done so far, over all the workers that had it, written to its job now and then. */
export class ProgressReporter {
  readonly #job: ProgressJob;
  readonly #timer: NodeJS.Timeout;
  #state: JobProgress;
  #writing = false;

  /** `onTick` is called with each write: the time to look after a running task. */
  constructor(job: ProgressJob, onTick: () => void) {
    this.#job = job;
    this.#state = progressOf(job) ?? {
      startedAt: Date.now(),
      segmentsDone: 0,
      segmentsTotal: 0,
      segmentsComputed: 0,
    };
    this.#timer = setInterval(() => {
      // While Redis is away the first write waits for it, and a pile behind it would say nothing more.
      if (this.#writing) return;
      onTick();
      // The next write, or the flush, makes up for one that fails.
      this.#write().catch(() => undefined);
    }, INTERVAL_MS);
  }

  /** Milliseconds since the epoch of the first start of work. */
  get startedAt(): number {
    return this.#state.startedAt;
  }

  /** Segments sieved for this task, by this worker and the ones before. */
  get segmentsComputed(): number {
    return this.#state.segmentsComputed;
  }

  planned({ total, missing }: { total: number; missing: readonly number[] }): void {
    this.#state = { ...this.#state, segmentsTotal: total, segmentsDone: total - missing.length };
  }

  segmentDone({ computed }: { computed: boolean }): void {
    const { segmentsDone, segmentsComputed } = this.#state;
    this.#state = {
      ...this.#state,
      segmentsDone: segmentsDone + 1,
      segmentsComputed: segmentsComputed + (computed ? 1 : 0),
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** For a task that goes on elsewhere or later: the last state, surely written. */
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
