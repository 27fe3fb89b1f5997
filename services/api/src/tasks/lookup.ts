import type { Principal } from '@primes/contracts';
import { readJob } from '@primes/service-kit';
import type { Job, JobState } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import type { TaskQueues } from '../queue/task-queues.ts';
import { seenBy } from './ownership.ts';
import { isTaskId } from './task-id.ts';
import { toTask, type Shown, type Task } from './task-view.ts';

export type Retention = Pick<ApiConfig, 'RETENTION_SECONDS'>;

/** Finds a task by its id, regardless of its owner; undefined if there is none or it has expired. */
export type ReadTask = (id: string) => Promise<Task | undefined>;

/** Finds a task that the principal may read; undefined if there is none or it has expired. */
export type Lookup = (id: string, principal: Principal | undefined) => Promise<Task | undefined>;

export function createLookup(readTask: ReadTask): Lookup {
  return async function lookup(id, principal) {
    return seenBy(principal, await readTask(id));
  };
}

export function createReadTask(queues: TaskQueues, type: Shown, config: Retention): ReadTask {
  return async function readTask(id) {
    if (!isTaskId(id)) return undefined;
    // One round trip for both, the state first (see `toTask`).
    const [state, job] = await Promise.all([queues.tasks.getJobState(id), readJob(queues.tasks, id)]);
    if (!job || hasExpired(job, config) || isAbandoned(job, state)) return undefined;
    return toTask(job, state, type);
  };
}

/**
 * Whether no worker will ever run the task: Redis has stopped a script that was moving it, so it is in no list. A submission
 * with its Idempotency-Key adds it again.
 */
function isAbandoned({ finishedOn }: Pick<Job, 'finishedOn'>, state: JobState | 'unknown'): boolean {
  return state === 'unknown' && finishedOn === undefined;
}

/**
 * Whether an ended task has expired. BullMQ removes jobs only when another job ends, so the job may still exist.
 */
export function hasExpired(job: Pick<Job, 'finishedOn'>, { RETENTION_SECONDS: seconds }: Retention): boolean {
  return job.finishedOn !== undefined && Date.now() - job.finishedOn > seconds * 1_000;
}
