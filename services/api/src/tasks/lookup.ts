import type { Principal } from '@primes/contracts';
import { Job } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import type { TaskJob, TaskQueues } from '../queue/task-queues.ts';
import { mayRead } from './ownership.ts';
import { isTaskId } from './task-id.ts';
import { toTask, type Task } from './task-view.ts';

type Retention = Pick<ApiConfig, 'RETENTION_SECONDS'>;

/** Finds a task by its id, regardless of its owner; undefined if there is none or it has expired. */
export type ReadTask = (id: string) => Promise<Task | undefined>;

/** Finds a task that the principal may read; undefined if there is none or it has expired. */
export type Lookup = (id: string, principal: Principal | undefined) => Promise<Task | undefined>;

export function createLookup(readTask: ReadTask): Lookup {
  return async function lookup(id, principal) {
    const task = await readTask(id);
    return task && mayRead(principal, task.stored) ? task : undefined;
  };
}

export function createReadTask(queues: TaskQueues, view: readonly string[], config: Retention): ReadTask {
  return async function readTask(id) {
    if (!isTaskId(id)) return undefined;
    // One round trip for both, the state first (see `toTask`).
    const [state, job] = await Promise.all([
      queues.tasks.getJobState(id),
      Job.fromId(queues.tasks, id) as Promise<TaskJob | undefined>,
    ]);
    if (!job || hasExpired(job, config)) return undefined;
    return toTask(job, state, view);
  };
}

/**
 * Whether an ended task has expired. BullMQ removes jobs only when another job ends, so the job may still exist.
 */
export function hasExpired(job: Job, { RETENTION_SECONDS: seconds }: Retention): boolean {
  return job.finishedOn !== undefined && Date.now() - job.finishedOn > seconds * 1_000;
}
