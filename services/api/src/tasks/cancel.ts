import { cancelChannel, hasEnded, type TaskSummary } from '@primes/contracts';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';
import { httpError } from '../errors.ts';
import type { Lookup } from './lookup.ts';
import type { Task } from './task-view.ts';
import type { TaskWatcher } from './watcher.ts';

export type Cancel = (id: string) => Promise<TaskSummary | undefined>;

export interface CancelDeps {
  readonly redis: Redis;
  readonly lookup: Lookup;
  readonly watcher: TaskWatcher;
  readonly config: Pick<ApiConfig, 'QUEUE_PREFIX'>;
}

/** How long a worker may take to end a task; it looks between segments, at least four times a second. */
const SETTLE_MS = 1_000;

/**
 * The use case of DELETE: marks the job, tells all workers, and leaves its end to the one that has it.
 * A task that completes at the same time stays done: the mark counts only on what is not completed.
 *
 * @returns undefined when there is no such task
 */
export function createCancel({ redis, lookup, watcher, config }: CancelDeps): Cancel {
  return async function cancel(id) {
    const task = await lookup(id);
    if (!task) return undefined;
    refuseIfEnded(task.summary);
    const { job } = task;
    await job.updateData({ ...job.data, cancelledAt: Date.now() });
    await redis.publish(cancelChannel(config.QUEUE_PREFIX), id);
    // One that waits for a retry would stay for the rest of its backoff.
    if (await job.isDelayed()) await job.promote().catch(() => undefined);
    const after = await settled(id);
    if (after?.summary.status === 'done') refuseIfEnded(after.summary);
    return after?.summary;
  };

  /**
   * The task as it stays. Whoever takes a waiting one will see the mark, but a worker that has it may be
   * past its last look: only once that worker has ended it, it is known which came first.
   */
  async function settled(id: string): Promise<Task | undefined> {
    const signal = AbortSignal.timeout(SETTLE_MS);
    let task: Task | undefined;
    for await (task of watcher.changes(id, { read: () => lookup(id), signal })) {
      if (task?.state !== 'active' || task.job.finishedOn !== undefined) break;
    }
    return task;
  }
}

function refuseIfEnded(summary: TaskSummary): void {
  if (!hasEnded(summary.status)) return;
  throw httpError('already_ended', { detail: `The task is ${summary.status}` });
}
