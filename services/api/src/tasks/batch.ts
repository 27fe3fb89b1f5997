import { TASK_LIMITS } from '@primes/contracts';
import { readJob } from '@primes/service-kit';
import type { TaskQueues } from '../queue/task-queues.ts';
import { hasExpired, type Retention } from './lookup.ts';
import { taskIdsOfBatch } from './task-id.ts';
import { toTask, type Shown, type Task } from './task-view.ts';

/**
 * The tasks of a batch in the order of its request, regardless of their owner; undefined for one that has expired. The list
 * is empty for an unknown batch.
 */
export type ReadBatch = (id: string) => Promise<(Task | undefined)[]>;

export function createReadBatch(queues: TaskQueues, type: Shown, config: Retention): ReadBatch {
  return async function readBatch(id) {
    const ids = taskIdsOfBatch(id, TASK_LIMITS.batchLength);
    if (!(await queues.hasSome(ids))) return [];
    const first = await read(ids.slice(0, 1));
    // Any task has their number.
    const total = first[0]?.stored.batch?.total ?? ids.length;
    return [...first, ...(await read(ids.slice(1, total)))];
  };

  async function read(ids: readonly string[]): Promise<(Task | undefined)[]> {
    // One round trip for all, the states first (see `toTask`).
    const [active, ...jobs] = await Promise.all([
      queues.tasks.getRanges(['active'], 0, -1),
      ...ids.map((id) => readJob(queues.tasks, id)),
    ]);
    const running = new Set(active);
    return jobs.map((job) => {
      if (!job || hasExpired(job, config)) return undefined;
      return toTask(job, running.has(job.id ?? '') ? 'active' : 'waiting', type);
    });
  }
}
