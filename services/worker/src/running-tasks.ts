import { Interruption, type InterruptionKind } from './interruption.ts';

/** One run of a task, from the fetch to the end or hand-over. */
export interface TaskRun {
  /** Aborted with `interruption`. Node creates a signal when it is first read, in 2.5 µs: cached tasks do not read it. */
  readonly signal: AbortSignal;
  /** Why the run must stop; undefined while it may continue. */
  readonly interruption: Interruption | undefined;
  /** Whether no earlier run of the same task was still active in this process at the start of this one. */
  readonly isOnlyRun: boolean;
  interrupt(kind: InterruptionKind): void;
  end(): void;
}

/** The running tasks of this process, and how to interrupt them. */
export class RunningTasks {
  /** A task has several runs if one that has lost its lock has not ended yet. */
  readonly #runs = new Map<string, Set<TaskRun>>();
  #stopping = false;
  #idle: PromiseWithResolvers<undefined> | undefined;

  /** Number of running tasks. */
  get size(): number {
    return this.#runs.size;
  }

  /** Starts a run; it is interrupted at once if the process is stopping. */
  start(id: string): TaskRun {
    // The queue returns a task again only after the lock of its last run was lost.
    this.interrupt(id, 'lock-lost');
    const runs = this.#runs.get(id) ?? new Set();
    this.#runs.set(id, runs);
    const run = new InterruptibleRun(runs.size === 0, () => {
      runs.delete(run);
      if (runs.size === 0) this.#runs.delete(id);
      if (this.size === 0) this.#idle?.resolve(undefined);
    });
    runs.add(run);
    // A job that arrived from Redis after the hand-over of the others.
    if (this.#stopping) run.interrupt('hand-over');
    return run;
  }

  /** Does nothing for a task that does not run in this process. */
  interrupt(id: string, kind: InterruptionKind): void {
    for (const run of this.#runs.get(id) ?? []) run.interrupt(kind);
  }

  /** Interrupts all running tasks, and all that start later. */
  handOver(): void {
    this.#stopping = true;
    for (const id of this.#runs.keys()) this.interrupt(id, 'hand-over');
  }

  /** Resolves once no task is running. */
  async idle(): Promise<void> {
    this.#idle = Promise.withResolvers();
    if (this.size === 0) this.#idle.resolve(undefined);
    await this.#idle.promise;
  }
}

class InterruptibleRun implements TaskRun {
  readonly isOnlyRun: boolean;
  readonly end: () => void;
  readonly #controller = new AbortController();
  #interruption: Interruption | undefined;

  constructor(isOnlyRun: boolean, end: () => void) {
    this.isOnlyRun = isOnlyRun;
    this.end = end;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get interruption(): Interruption | undefined {
    return this.#interruption;
  }

  /** A run that is interrupted already keeps its reason. */
  interrupt(kind: InterruptionKind): void {
    if (this.#interruption) return;
    this.#interruption = new Interruption(kind);
    this.#controller.abort(this.#interruption);
  }
}
