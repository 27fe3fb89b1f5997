import {
  COMPUTE_JOB,
  StoredTaskSchema,
  decodeFailure,
  outcomeOf,
  percentOf,
  progressOf,
  type JobReturnValue,
  type JobType,
  type StoredTask,
  type TaskSummary,
} from '@primes/contracts';
import type { JobState } from 'bullmq';
import type { TaskJob } from '../queue/task-queues.ts';

/** A task, as read from the queue. */
export interface Task {
  readonly job: TaskJob;
  readonly stored: StoredTask;
  readonly summary: TaskSummary;
}

/** What views show of a job. */
export type Shown = Pick<JobType<object>, 'view' | 'counts'>;

/**
 * Converts a BullMQ job to a task. `state` must be read before `job`: the fields of the job decide whether it has ended,
 * and then they are never older than the state.
 *
 * @returns undefined when the job is no task (a repair, or data that no version of ours wrote)
 */
export function toTask(job: TaskJob, state: JobState | 'unknown', type: Shown): Task | undefined {
  if (job.name !== COMPUTE_JOB || job.id === undefined) return undefined;
  const parsed = StoredTaskSchema.safeParse(job.data);
  if (!parsed.success) return undefined;
  const stored = parsed.data;
  const { task, traceparent } = stored;
  const progress = progressOf(job);
  const status = outcomeOf(job) ?? (state === 'active' ? 'processing' : 'pending');
  // Unlike its type, only a completed job has one.
  const returned = job.returnvalue as JobReturnValue | null | undefined;
  const error = status === 'failed' ? decodeFailure(job.failedReason) : null;
  const startedAt = progress?.startedAt ?? returned?.startedAt ?? job.processedOn;
  const summary: TaskSummary = {
    request_id: job.id,
    ...Object.fromEntries(Object.keys(type.view).map((field) => [field, task[field]])),
    ...(type.counts && { counts: (returned && type.counts.safeParse(returned.result).data) ?? null }),
    batch_id: stored.batch?.id ?? null,
    status,
    priority: task.priority,
    timeout_seconds: task.timeoutSeconds,
    run_at: toInstant(task.runAt),
    queue_timeout_seconds: task.queueTimeoutSeconds ?? null,
    progress: status === 'done' ? 100 : progress ? percentOf(progress) : 0,
    error,
    created_at: new Date(stored.createdAt ?? job.timestamp).toISOString(),
    // A worker has taken an expired task only to end it.
    started_at: error?.code === 'expired' ? null : toInstant(startedAt),
    finished_at: toInstant(job.finishedOn),
    traceparent,
  };
  return { job, stored, summary };
}

function toInstant(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
