import type { Principal, TaskStatus, TaskSummary } from '@primes/contracts';
import { HttpError, taskLogFields, type Logger } from '@primes/service-kit';
import type { QueueDepth } from '../queue/queue-depth.ts';
import type { Replicated } from '../queue/replicated-queues.ts';
import { unknownTask } from '../requests/id-of.ts';
import type { ReadTask } from '../tasks/lookup.ts';
import { summaryFor } from '../tasks/ownership.ts';
import { queueFull } from '../tasks/submit.ts';
import type { Task } from '../tasks/task-view.ts';

export interface RetryDeps {
  readonly replicated: Replicated;
  readonly readTask: ReadTask;
  readonly depth: QueueDepth;
  readonly log: Logger;
}

/** The statuses of tasks that can run again. A task that is done stays done: its result exists. */
export const RETRYABLE = ['failed', 'cancelled'] as const satisfies readonly TaskStatus[];

/**
 * Makes a failed or cancelled task run again. Of two calls at once, one does it, and both return the task.
 *
 * @throws {HttpError} `not_found`, `not_failed`, `queue_full`
 */
export async function retryTask(
  deps: RetryDeps,
  id: string,
  principal: Principal | undefined,
): Promise<TaskSummary> {
  const task = (await deps.readTask(id)) ?? unknownTask();
  const { status } = task.summary;
  if (!RETRYABLE.some((each) => each === status)) {
    const detail = `Expected a task that has failed or was cancelled, received one that is ${status}`;
    throw new HttpError('not_failed', { detail });
  }
  const rejection = deps.depth.rejectionOf([task.stored.task]);
  if (rejection) throw queueFull(rejection);
  if ((await retryTasks(deps, [task])) > 0) {
    deps.log.info(
      { ...taskLogFields(id, task.job.data.requestId, task.stored.traceparent), status },
      'task retried',
    );
  }
  return summaryFor(principal, (await deps.readTask(id)) ?? unknownTask());
}

/** How many of the tasks, from the first on, the queue has room for. */
export function roomFor({ depth }: Pick<RetryDeps, 'depth'>, tasks: readonly Task[]): number {
  const specs = tasks.map(({ stored }) => stored.task);
  let room = specs.length;
  while (room > 0 && depth.rejectionOf(specs.slice(0, room))) room--;
  return room;
}

/**
 * Makes tasks of these statuses run again. The caller has checked that the queue has room for them.
 *
 * @returns the number of them; those that have changed in the meantime do not count
 */
export async function retryTasks(
  { replicated, depth }: Pick<RetryDeps, 'replicated' | 'depth'>,
  tasks: readonly Task[],
): Promise<number> {
  depth.adding(tasks.map(({ stored }) => stored.task));
  const { keep } = depth.limits;
  const addAgain = (jobs: readonly Task['job'][]) => replicated.queues.addAgain(jobs, keep);
  const jobs = tasks.map(({ job }) => job);
  if (await addAgain(jobs)) return jobs.length;
  if (jobs.length === 1) return 0;
  const each = await Promise.all(jobs.map((job) => addAgain([job])));
  return each.filter(Boolean).length;
}
