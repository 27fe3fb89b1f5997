import { Job } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import type { TaskJob, TaskQueues } from '../queue/task-queues.ts';
import { isTaskId } from './task-id.ts';
import { toTask, type Task } from './task-view.ts';

type Retention = Pick<ApiConfig, 'RETENTION_SECONDS'>;

/** Finds a task by its id, or undefined when there is none (any more). */
export type Lookup = (id: string) => Promise<Task | undefined>;

export function createLookup(queues: TaskQueues, config: Retention): Lookup {
  return async function lookup(id) {
    if (!isTaskId(id)) return undefined;
    // Both go out in one round trip, the state first (see `toTask`).
    const [state, job] = await Promise.all([
      queues.tasks.getJobState(id),
      Job.fromId(queues.tasks, id) as Promise<TaskJob | undefined>,
    ]);
    if (!job || hasExpired(job, config)) return undefined;
    return toTask(job, state);
  };
}

/**
 * Whether a task ended so long ago that it is gone for everyone. BullMQ evicts only when another job
 * ends, so the job itself may still be there.
 */
export function hasExpired(job: Job, { RETENTION_SECONDS: seconds }: Retention): boolean {
  return job.finishedOn !== undefined && Date.now() - job.finishedOn > seconds * 1_000;
}
