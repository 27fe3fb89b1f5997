import type { Principal } from '@primes/contracts';
import type { ReadTask } from './lookup.ts';
import { seenBy } from './ownership.ts';
import type { Task } from './task-view.ts';
import type { TaskWatcher, WatchOptions } from './watcher.ts';

/** Yields a task at once and after its changes; undefined if there is none for this principal, or it has expired. */
export type Watch = (
  id: string,
  principal: Principal | undefined,
  options: Omit<WatchOptions<unknown>, 'read'>,
) => AsyncGenerator<Task | undefined>;

export function createWatch(readTask: ReadTask, watcher: TaskWatcher): Watch {
  return async function* watch(id, principal, options) {
    // All watchers of a task share a read, so only what follows it may depend on the principal.
    for await (const task of watcher.changes(id, { ...options, read: () => readTask(id) })) {
      yield seenBy(principal, task);
    }
  };
}
