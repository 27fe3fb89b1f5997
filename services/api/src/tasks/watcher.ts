import type { RedisClient } from '@primes/contracts';
import { isRedisUnavailable } from '@primes/service-kit';
import { TaskChangeReader, type TaskChangeReaderConfig } from './task-change-reader.ts';
import { WatchedTask } from './watched-task.ts';

export interface WatchOptions<T> {
  /** The same for all watchers of a task. */
  readonly read: () => Promise<T>;
  readonly signal: AbortSignal;
  /** Yields after the end of the task and, if it has not ended, when the time is up; not after its other changes. */
  readonly endOnly?: boolean;
  /** Continues while Redis is unavailable, and yields nothing until it is back. */
  readonly throughOutages?: boolean;
}

/** Notifies watchers of a task about changes; they read the task themselves. */
export class TaskWatcher {
  readonly #watched = new Map<string, WatchedTask>();
  readonly #events: TaskChangeReader;

  /** @param redis a background connection; reads block a duplicate of it */
  constructor(redis: { duplicate(): RedisClient }, config: TaskChangeReaderConfig) {
    const duplicate = redis.duplicate().on('error', () => undefined);
    this.#events = new TaskChangeReader(duplicate, config, (id, ended) =>
      this.#watched.get(id)?.changed(ended),
    );
  }

  /**
   * Subscribes to a task and then reads it, so that no change is missed. Yields the result of `read` at once, after
   * every change, and every few seconds in case an event was lost, until `signal` is aborted. It reads at least once, even
   * if the time was up while Redis was slow.
   */
  async *changes<T>(
    id: string,
    { read, signal, endOnly = false, throughOutages = false }: WatchOptions<T>,
  ): AsyncGenerator<T> {
    let wake = Promise.withResolvers<undefined>();
    /** Changes that did not wake it since the last read. If there are any when the time is up, the task is read once more. */
    let unreadChanges = 0;
    const wakeUp = () => {
      wake.resolve(undefined);
    };
    const onChange = (ended: boolean) => {
      if (ended || !endOnly) wakeUp();
      else unreadChanges++;
    };
    const isOver = () => signal.aborted;
    const task = this.#watch(id, onChange);
    signal.addEventListener('abort', wakeUp);
    if (isOver()) wakeUp();
    try {
      await Promise.race([this.#events.listen(), wake.promise]);
      do {
        // Renewed before the read, so that a change during the read wakes it again.
        wake = Promise.withResolvers();
        unreadChanges = 0;
        try {
          yield await task.read(read);
        } catch (error) {
          if (!throughOutages || !isRedisUnavailable(error)) throw error;
        }
        if (isOver()) break;
        await wake.promise;
      } while (!isOver() || unreadChanges > 0);
    } finally {
      this.#events.unlisten();
      if (!task.leave(onChange)) this.#watched.delete(id);
      signal.removeEventListener('abort', wakeUp);
    }
  }

  close(): void {
    this.#events.close();
  }

  #watch(id: string, onChange: (ended: boolean) => void): WatchedTask {
    const task = this.#watched.get(id) ?? new WatchedTask();
    this.#watched.set(id, task);
    task.watch(onChange);
    return task;
  }
}
