import { TASK_LIMITS } from '@primes/contracts';
import type { TaskQueues } from '../queue/task-queues.ts';
import { readTasksOfAnyState } from './filter.ts';
import { taskIdsOfBatch } from './task-id.ts';
import type { Shown, Task } from './task-view.ts';

/**
 * The tasks of a batch in the order of its request, regardless of their owner; undefined for one that has expired. The list
 * is empty for an unknown batch.
 */
export type ReadBatch = (id: string) => Promise<(Task | undefined)[]>;

export function createReadBatch(queues: TaskQueues, type: Shown): ReadBatch {
  return async function readBatch(id) {
    const ids = taskIdsOfBatch(id, TASK_LIMITS.batchLength);
    if (!(await queues.hasSome(ids))) return [];
    const first = await read(ids.slice(0, 1));
    // Any task has their number.
    const total = first[0]?.stored.batch?.total ?? ids.length;
    return [...first, ...(await read(ids.slice(1, total)))];
  };

  async function read(ids: readonly string[]): Promise<(Task | undefined)[]> {
    const tasks = await readTasksOfAnyState({ queues, type }, ids);
    return tasks.map((task) => (task && queues.hasExpired(task.job) ? undefined : task));
  }
}
