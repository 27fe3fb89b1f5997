import { Interruption, type InterruptionKind } from './interruption.ts';

/** One run of a task, from its pick-up to its end or hand-over. */
export interface TaskRun {
  /** Aborted with an Interruption when the run must stop. */
  readonly signal: AbortSignal;
  /** Whether no older run of the same task was still going on here when this one started. */
  readonly isOnlyOne: boolean;
  end(): void;
}

/** The tasks that this process works on, and the way to interrupt them. */
export class RunningTasks {
  readonly #controllers = new Map<string, AbortController>();
  #stopping = false;
  #idle: PromiseWithResolvers<undefined> | undefined;

  get size(): number {
    return this.#controllers.size;
  }

  /** A run that starts now; interrupted from the start when the process is stopping. */
  start(id: string): TaskRun {
    const older = this.#controllers.get(id);
    // The queue gives a task away a second time only after the lock of its first run was lost.
    older?.abort(new Interruption('lock-lost'));
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    // A job that was on its way from Redis when the others were handed over.
    if (this.#stopping) controller.abort(new Interruption('hand-over'));
    return {
      signal: controller.signal,
      isOnlyOne: older === undefined,
      end: () => {
        if (this.#controllers.get(id) === controller) this.#controllers.delete(id);
        if (this.size === 0) this.#idle?.resolve(undefined);
      },
    };
  }

  /** Does nothing for a task that another process works on, or none. */
  interrupt(id: string, kind: InterruptionKind): void {
    this.#controllers.get(id)?.abort(new Interruption(kind));
  }

  /** Interrupts all tasks, and each that should still start. */
  handOver(): void {
    this.#stopping = true;
    for (const id of this.#controllers.keys()) this.interrupt(id, 'hand-over');
  }

  /** Resolves once none of them runs any more. */
  async idle(): Promise<void> {
    this.#idle = Promise.withResolvers();
    if (this.size === 0) this.#idle.resolve(undefined);
    await this.#idle.promise;
  }
}
