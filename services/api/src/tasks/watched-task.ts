/** Milliseconds after which a watched task is read again without an event, because events can be trimmed. */
const REREAD_MS = 5_000;

/** Called after each change of a task; `ended` if it may be the last one. */
type Wake = (ended: boolean) => void;

/** A watched task: all its watchers share one timer, and one read after each change. */
export class WatchedTask {
  readonly #watchers = new Set<Wake>();
  readonly #reread = setInterval(() => {
    // An end may have been lost.
    this.changed(true);
  }, REREAD_MS);
  #reading: Promise<unknown> | undefined;

  watch(wake: Wake): void {
    this.#watchers.add(wake);
  }

  /** @returns whether there are other watchers; without any, the task is no longer watched */
  leave(wake: Wake): boolean {
    this.#watchers.delete(wake);
    if (this.#watchers.size > 0) return true;
    clearInterval(this.#reread);
    return false;
  }

  /** Wakes the watchers. */
  changed(ended: boolean): void {
    this.#reread.refresh();
    for (const wake of this.#watchers) wake(ended);
  }

  /** Calls `read` once for all watchers that call in the same turn of the event loop, as after a wake-up. */
  read<T>(read: () => Promise<T>): Promise<T> {
    if (!this.#reading) {
      this.#reading = read();
      setImmediate(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading as Promise<T>;
  }
}
