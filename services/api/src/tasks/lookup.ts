import { Job } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import type { TaskJob, TaskQueues } from '../queue/task-queues.ts';
import { isTaskId } from './task-id.ts';
import { toTask, type Task } from './task-view.ts';

type Retention = Pick<ApiConfig, 'RETENTION_SECONDS'>;

/** Finds a task by its id; undefined if there is none or it has expired. */
export type Lookup = (id: string) => Promise<Task | undefined>;

export function createLookup(queues: TaskQueues, view: readonly string[], config: Retention): Lookup {
  return async function lookup(id) {
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
