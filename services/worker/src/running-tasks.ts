import { Interruption, type InterruptionKind } from './interruption.ts';

/** One run of a task, from the fetch to the end or hand-over. */
export interface TaskRun {
  /** Aborted with an Interruption when the run must stop. */
  readonly signal: AbortSignal;
  /** Whether no earlier run of the same task was still active in this process at the start of this one. */
  readonly isOnlyRun: boolean;
  end(): void;
}

/** The running tasks of this process, and how to interrupt them. */
export class RunningTasks {
  /** A task has several runs if one that has lost its lock has not ended yet. */
  readonly #runs = new Map<string, Set<AbortController>>();
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
    const isOnlyRun = runs.size === 0;
    const controller = new AbortController();
    runs.add(controller);
    // A job that arrived from Redis after the hand-over of the others.
    if (this.#stopping) controller.abort(new Interruption('hand-over'));
    return {
      signal: controller.signal,
      isOnlyRun,
      end: () => {
        runs.delete(controller);
        if (runs.size === 0) this.#runs.delete(id);
        if (this.size === 0) this.#idle?.resolve(undefined);
      },
    };
  }

  /** Does nothing for a task that does not run in this process. */
  interrupt(id: string, kind: InterruptionKind): void {
    // A run that is interrupted already keeps its reason.
    for (const controller of this.#runs.get(id) ?? []) controller.abort(new Interruption(kind));
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
