import {
  COMPUTE_JOB,
  StoredTaskSchema,
  decodeFailure,
  progressOf,
  type StoredTask,
  type TaskStatus,
  type TaskSummary,
} from '@primes/contracts';
import type { JobState } from 'bullmq';
import type { TaskJob } from '../queue/task-queues.ts';

/** A task as it stands in the queue, read for this moment. */
export interface Task {
  readonly job: TaskJob;
  readonly state: JobState | 'unknown';
  readonly stored: StoredTask;
  readonly summary: TaskSummary;
}

/**
 * BullMQ's job → our task. `state` must have been read before `job`: the job's own fields say
 * whether it has ended, and they are then never older than the state.
 *
 * @returns undefined when the job is no task (a repair, or data that no version of ours wrote)
 */
export function toTask(job: TaskJob, state: JobState | 'unknown'): Task | undefined {
  if (job.name !== COMPUTE_JOB || job.id === undefined) return undefined;
  const parsed = StoredTaskSchema.safeParse(job.data);
  if (!parsed.success) return undefined;
  const stored = parsed.data;
  const { task, cancelledAt, traceparent } = stored;
  const progress = progressOf(job);
  const status = statusOf(job, state, cancelledAt);
  const startedAt = progress?.startedAt ?? startOfWork(job) ?? job.processedOn;
  const finishedAt = job.finishedOn ?? (status === 'cancelled' ? cancelledAt : undefined);
  const summary: TaskSummary = {
    request_id: job.id,
    n: task.n,
    status,
    priority: task.priority,
    fresh: task.fresh,
    timeout_seconds: task.timeoutSeconds,
    progress: status === 'done' ? 100 : percent(progress),
    error: status === 'failed' ? decodeFailure(job.failedReason) : null,
    created_at: new Date(job.timestamp).toISOString(),
    started_at: toInstant(startedAt),
    finished_at: toInstant(finishedAt),
    traceparent,
  };
  return { job, state, stored, summary };
}

function statusOf(job: TaskJob, state: JobState | 'unknown', cancelledAt: number | undefined): TaskStatus {
  if (job.finishedOn !== undefined && hasResult(job)) return 'done';
  if (cancelledAt !== undefined) return 'cancelled';
  if (job.finishedOn !== undefined) return 'failed';
  return state === 'active' ? 'processing' : 'pending';
}

/** Typed as always there, but only a completed job has one. */
function hasResult(job: TaskJob): boolean {
  return (job.returnvalue as unknown) != null;
}

function startOfWork(job: TaskJob): number | undefined {
  return hasResult(job) ? job.returnvalue.startedAt : undefined;
}

function percent(progress: { segmentsDone: number; segmentsTotal: number } | undefined): number {
  if (!progress || progress.segmentsTotal === 0) return 0;
  return Math.min(99, Math.floor((100 * progress.segmentsDone) / progress.segmentsTotal));
}

function toInstant(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
