import {
  attributesOf,
  cancelChannel,
  hasEnded,
  type JobType,
  type Principal,
  type TaskSummary,
  type RedisClient,
} from '@primes/contracts';
import { HttpError, taskLogFields, type Logger } from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { QueueDepth } from '../queue/queue-depth.ts';
import type { TaskQueues } from '../queue/task-queues.ts';
import { withdraw, type Withdrawal } from '../queue/withdraw.ts';
import type { ReadTask } from './lookup.ts';
import { mayChange, summaryFor } from './ownership.ts';
import type { Task } from './task-view.ts';
import type { TaskWatcher } from './watcher.ts';

export type Cancel = (id: string, principal: Principal | undefined) => Promise<TaskSummary | undefined>;

export interface CancelDeps {
  readonly type: JobType<object>;
  /** Acknowledges the cancellation. */
  readonly redis: RedisClient;
  readonly queues: TaskQueues;
  readonly depth: QueueDepth;
  readonly readTask: ReadTask;
  readonly watcher: TaskWatcher;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: Pick<ApiConfig, 'QUEUE_PREFIX'>;
}

/** How long a worker may take to end a task; its job checks the signal, at least four times a second. */
const SETTLE_MS = 1_000;

/**
 * The use case of DELETE: ends a waiting task at once, and asks the worker of a running task to stop it. A task that
 * completes or fails first keeps that status.
 *
 * @returns the task, `processing` if its worker has not stopped it within a second; undefined if there is none
 *   that the principal may change
 */
export function createCancel(deps: CancelDeps): Cancel {
  const { readTask, watcher } = deps;

  return async function cancel(id, principal) {
    const task = await readTask(id);
    if (!task || !mayChange(principal, task.stored)) return undefined;
    rejectIf(hasEnded(task.summary.status), task);
    const after = await settled(await end(task));
    if (after) rejectIf(['done', 'failed'].includes(after.summary.status), after);
    return after && summaryFor(principal, after);
  };

  /** The task once its worker has stopped it, or unchanged after a timeout. */
  async function settled(task: Task | undefined): Promise<Task | undefined> {
    if (!task || hasEnded(task.summary.status)) return task;
    const id = task.summary.request_id;
    await notifyWorker(deps, id);
    const signal = AbortSignal.timeout(SETTLE_MS);
    let after: Task | undefined;
    for await (after of watcher.changes(id, { read: () => readTask(id), signal })) {
      // Its worker has returned it to the queue, for a retry or a hand-over: now it waits and can be ended.
      if (after?.summary.status === 'pending') after = await end(after);
      if (!after || hasEnded(after.summary.status)) break;
    }
    return after;
  }

  /** Ends the task if it waits, or marks it for its worker; returns the task after that. */
  async function end(task: Task): Promise<Task | undefined> {
    await endOrMark(deps, task);
    return readTask(task.summary.request_id);
  }
}

/** What it takes to cancel a task whose worker need not be waited for. */
export type CancelTasksDeps = Omit<CancelDeps, 'readTask' | 'watcher'>;

/**
 * Ends all of the tasks that wait, and asks the workers of the others to stop them.
 *
 * @returns the number of tasks; those that have ended in the meantime do not count
 */
export async function cancelTasks(deps: CancelTasksDeps, tasks: readonly Task[]): Promise<number> {
  const outcomes = await Promise.all(
    tasks.map(async (task) => {
      const outcome = await endOrMark(deps, task);
      if (outcome === 'marked') await notifyWorker(deps, task.summary.request_id);
      return outcome;
    }),
  );
  return outcomes.filter((outcome) => outcome !== 'already-ended').length;
}

async function endOrMark(deps: CancelTasksDeps, task: Task): Promise<Withdrawal> {
  const { type, redis, queues, depth, metrics, log } = deps;
  const outcome = await withdraw(redis, queues, task.job);
  if (outcome === 'withdrawn') {
    depth.removed();
    metrics.taskCancelled();
    log.info(logFields(type, task), 'task cancelled');
  }
  return outcome;
}

/** The worker also checks by itself, so a failed publication is no error. */
async function notifyWorker({ type, redis, config }: CancelTasksDeps, id: string): Promise<void> {
  await redis.publish(cancelChannel(config.QUEUE_PREFIX, type.name), id).catch(() => undefined);
}

function rejectIf(ended: boolean, { summary }: Task): void {
  if (ended)
    throw new HttpError('already_ended', {
      detail: `Expected a task that has not ended, received one that is ${summary.status}`,
    });
}

function logFields(type: JobType<object>, { stored, job }: Task) {
  return {
    ...taskLogFields(job.id, job.data.requestId, stored.traceparent),
    ...attributesOf(type, stored.task),
  };
}
