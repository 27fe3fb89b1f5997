import {
  COMPUTE_JOB,
  StoredTaskSchema,
  decodeFailure,
  outcomeOf,
  progressOf,
  type JobReturnValue,
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

/**
 * Converts a BullMQ job to a task. `state` must be read before `job`: the fields of the job decide whether it has ended,
 * and then they are never older than the state.
 *
 * @param view the visible fields of the input
 * @returns undefined when the job is no task (a repair, or data that no version of ours wrote)
 */
export function toTask(job: TaskJob, state: JobState | 'unknown', view: readonly string[]): Task | undefined {
  if (job.name !== COMPUTE_JOB || job.id === undefined) return undefined;
  const parsed = StoredTaskSchema.safeParse(job.data);
  if (!parsed.success) return undefined;
  const stored = parsed.data;
  const { task, traceparent } = stored;
  const progress = progressOf(job);
  const status = outcomeOf(job) ?? (state === 'active' ? 'processing' : 'pending');
  // Unlike its type, only a completed job has one.
  const returned = job.returnvalue as JobReturnValue | null | undefined;
  const startedAt = progress?.startedAt ?? returned?.startedAt ?? job.processedOn;
  const summary: TaskSummary = {
    request_id: job.id,
    ...Object.fromEntries(view.map((field) => [field, task[field]])),
    status,
    priority: task.priority,
    timeout_seconds: task.timeoutSeconds,
    progress: status === 'done' ? 100 : percent(progress),
    error: status === 'failed' ? decodeFailure(job.failedReason) : null,
    created_at: new Date(job.timestamp).toISOString(),
    started_at: toInstant(startedAt),
    finished_at: toInstant(job.finishedOn),
    traceparent,
  };
  return { job, stored, summary };
}

function percent(progress: { done: number; total: number } | undefined): number {
  if (!progress || progress.total === 0) return 0;
  return Math.min(99, Math.floor((100 * progress.done) / progress.total));
}

function toInstant(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
