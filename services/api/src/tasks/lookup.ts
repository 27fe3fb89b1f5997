import type { Principal } from '@primes/contracts';
import { readJob } from '@primes/service-kit';
import type { Job, JobState } from 'bullmq';
import type { TaskQueues } from '../queue/task-queues.ts';
import { seenBy } from './ownership.ts';
import { isTaskId } from './task-id.ts';
import { toTask, type Shown, type Task } from './task-view.ts';

/** Finds a task by its id, regardless of its owner; undefined if there is none or it has expired. */
export type ReadTask = (id: string) => Promise<Task | undefined>;

/** Finds a task that the principal may read; undefined if there is none or it has expired. */
export type Lookup = (id: string, principal: Principal | undefined) => Promise<Task | undefined>;

export function createLookup(readTask: ReadTask): Lookup {
  return async function lookup(id, principal) {
    return seenBy(principal, await readTask(id));
  };
}

export function createReadTask(queues: TaskQueues, type: Shown): ReadTask {
  return async function readTask(id) {
    if (!isTaskId(id)) return undefined;
    // One round trip for both, the state first (see `toTask`).
    const [state, job] = await Promise.all([queues.tasks.getJobState(id), readJob(queues.tasks, id)]);
    if (!job || queues.hasExpired(job) || isAbandoned(job, state)) return undefined;
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
