import * as z from 'zod';
import { TASK_LIMITS, TaskSummarySchema, type EndedStatus } from './task.ts';

/** The BullMQ queue of webhooks, which wait for tasks. The queue of tasks has the name of the job type. */
export const WEBHOOK_QUEUE = 'webhooks';

/** Names of BullMQ jobs. A repair recomputes a result for a reader; it is not a task of a client. */
export const COMPUTE_JOB = 'compute';
export const REPAIR_JOB = 'repair';
export const WEBHOOK_JOB = 'webhook';

/**
 * Version of `JobDataSchema`. Raise it if a worker that knows only the old version would mishandle the job: old workers
 * then defer such jobs to new ones, so that both can run during a rollout.
 */
export const JOB_VERSION = 2;

/** The version of a job without `principal`, `batch`, `createdAt`, `runAt` and `queueTimeoutSeconds`: the first workers run it. */
export const FIRST_JOB_VERSION = 1;

/** Version of `WebhookJobDataSchema`. */
export const WEBHOOK_JOB_VERSION = 1;

/** Only the version, to decide whether the rest can be parsed. */
export const JobVersionSchema = z.looseObject({ version: z.int().min(1).max(Number.MAX_SAFE_INTEGER) });

/**
 * What the client requested, as in the body of POST /tasks: the options that every task has, and the input. Two
 * submissions with the same Idempotency-Key must have the same specification.
 */
const TaskSpecSchema = z.looseObject({
  timeoutSeconds: z.int().min(TASK_LIMITS.timeoutSeconds.min).max(TASK_LIMITS.timeoutSeconds.max),
  priority: z.int().min(TASK_LIMITS.priority.min).max(TASK_LIMITS.priority.max),
  callbackUrl: z.string().nullable(),
  /** Milliseconds since the epoch. */
  runAt: z.int().min(0).max(8.64e15).optional(),
  queueTimeoutSeconds: z
    .int()
    .min(TASK_LIMITS.queueTimeoutSeconds.min)
    .max(TASK_LIMITS.queueTimeoutSeconds.max)
    .optional(),
});
export type TaskSpec = z.infer<typeof TaskSpecSchema>;

const OPTIONS: ReadonlySet<string> = new Set(Object.keys(TaskSpecSchema.shape));

/** The input of a task: all fields except the options. */
export function inputOf(task: TaskSpec): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const field of Object.keys(task)) if (!OPTIONS.has(field)) input[field] = task[field];
  return input;
}

/**
 * The batch of a task. Its other tasks are found by their ids, which are derived from `id`, so that there is no other
 * record of the batch.
 */
const BatchSchema = z.object({
  id: z.uuid(),
  total: z.int().min(1).max(TASK_LIMITS.batchLength),
  /** Hash of all its specifications: replays must have the same. */
  digest: z.string(),
});
export type Batch = z.infer<typeof BatchSchema>;

/** `job.data` of the queue of tasks. Only the api writes it; what the worker records is in the progress. */
export const JobDataSchema = z.strictObject({
  version: z.literal([FIRST_JOB_VERSION, JOB_VERSION]),
  task: TaskSpecSchema,
  /** The name of the principal that owns the task; none if authentication was off. */
  principal: z.string().optional(),
  batch: BatchSchema.optional(),
  /** Distinguishes the submission that created the job from its replays. */
  submission: z.string(),
  requestId: z.string(),
  traceparent: z.string(),
  /** Milliseconds since the epoch of the first submission, if the task was retried: the job is newer. */
  createdAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Milliseconds since the epoch, set by DELETE. Only a request: the job may still complete or fail. */
  cancelledAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type JobData = z.infer<typeof JobDataSchema>;

/** The part of `job.data` that readers need, in any version. */
export const StoredTaskSchema = z.object({
  task: TaskSpecSchema,
  principal: z.string().optional(),
  batch: BatchSchema.optional(),
  submission: z.string().optional(),
  traceparent: z.string().default(''),
  createdAt: z.number().optional(),
  cancelledAt: z.number().optional(),
});
export type StoredTask = z.infer<typeof StoredTaskSchema>;

/** `job.progress`: preserved across hand-overs and retries, so that the timeout counts from the first start. */
export const JobProgressSchema = z.object({
  /** Milliseconds since the epoch. */
  startedAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  // A worker of the previous version writes these under other names.
  done: z.number().min(0).default(0),
  total: z.number().min(0).default(0),
  /** `RunContext.counts`: over all runs of this task. */
  counts: z.record(z.string(), z.number()).default({}),
});
export type JobProgress = z.infer<typeof JobProgressSchema>;

/** The progress of a job, if a worker has written it. */
export function progressOf(job: { readonly progress: unknown }): JobProgress | undefined {
  // Until then it is BullMQ's 0; this avoids the cost of a zod error.
  return job.progress === 0 ? undefined : JobProgressSchema.safeParse(job.progress).data;
}

/** The progress of a task that is not done, in percent. */
export function percentOf({ done, total }: Pick<JobProgress, 'done' | 'total'>): number {
  return total === 0 ? 0 : Math.min(99, Math.floor((100 * done) / total));
}

/** `job.returnvalue` of a task that is done. */
export interface JobReturnValue<Returned = unknown> {
  /** Milliseconds since the epoch of the first start of work. */
  readonly startedAt: number;
  /** What the run returned; the task's result, unless a `ResultReader` reads it elsewhere. */
  readonly result: Returned;
}

/**
 * Payload and receiver of a webhook: `job.progress` of queue `webhooks` from the first attempt on, so that later attempts
 * do not need the task. Not in the data, where an api of the previous version would reject unknown fields.
 */
export const WebhookNoticeSchema = z.object({
  url: z.string(),
  summary: TaskSummarySchema.loose(),
  traceparent: z.string(),
  requestId: z.string(),
});
export type WebhookNotice = z.infer<typeof WebhookNoticeSchema>;

/** `job.data` of queue `webhooks`; the job's id is the `submission` of its task. */
export const WebhookJobDataSchema = z.object({
  version: z.literal(WEBHOOK_JOB_VERSION),
  taskId: z.uuid(),
});
export type WebhookJobData = z.infer<typeof WebhookJobDataSchema>;

/** The `failedReason` of a cancelled job; it is not a failure and is not retried. */
export const CANCELLED = 'cancelled';

/** Whether a job with this reason is cancelled, not failed. */
export function isCancellation(failedReason: unknown): boolean {
  return failedReason === CANCELLED;
}

/**
 * Milliseconds since the epoch from which a worker may start the job for the first time: its submission, or `run_at`.
 * With `run_at` or `queue_timeout_seconds` they are times of Redis, otherwise of the api's clock.
 */
export function startableFrom(job: {
  readonly timestamp: number;
  readonly opts: { readonly delay?: number | undefined };
}): number {
  return job.timestamp + (job.opts.delay ?? 0);
}

/** The BullMQ fields that determine the outcome of a job. */
export interface EndedJob {
  readonly finishedOn?: number | undefined;
  readonly returnvalue?: unknown;
  readonly failedReason?: string | undefined;
}

/**
 * The outcome of a job; undefined until it has ended. BullMQ's final write decides it, not the request of a client
 * (`data.cancelledAt`).
 */
export function outcomeOf({ finishedOn, returnvalue, failedReason }: EndedJob): EndedStatus | undefined {
  if (finishedOn === undefined) return undefined;
  // First, because a completed job still has the reason of a failed attempt.
  if (returnvalue != null) return 'done';
  return isCancellation(failedReason) ? 'cancelled' : 'failed';
}

/** The Redis channel on which the api publishes the id of each running task that it marks for cancellation. */
export function cancelChannel(queuePrefix: string, queue: string): string {
  return `${queuePrefix}:${queue}:cancel`;
}
