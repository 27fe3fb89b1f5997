import { z } from 'zod';
import { TASK_LIMITS } from './task.ts';

/** BullMQ's names: the queue of computations, and of the webhooks that wait for them. */
export const TASK_QUEUE = 'primes';
export const WEBHOOK_QUEUE = 'webhooks';

/** Job names. A repair fills the store again for a reader; it is no task of any client. */
export const COMPUTE_JOB = 'compute';
export const REPAIR_JOB = 'repair';
export const WEBHOOK_JOB = 'webhook';

/**
 * Version of `JobDataSchema`. Raised when a worker that knows only the old one could not do the job
 * right; an old worker then leaves such jobs to new ones, so that both run side by side in a rollout.
 */
export const JOB_VERSION = 1;

/** Just enough to tell whether the rest can be understood. */
export const JobVersionSchema = z.looseObject({ version: z.int().min(1).max(Number.MAX_SAFE_INTEGER) });

/** What the client asked for; two submissions with one Idempotency-Key are equal if this is. */
export const TaskSpecSchema = z.strictObject({
  n: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  timeoutSeconds: z.int().min(TASK_LIMITS.timeoutSeconds.min).max(TASK_LIMITS.timeoutSeconds.max),
  priority: z.int().min(TASK_LIMITS.priority.min).max(TASK_LIMITS.priority.max),
  fresh: z.boolean(),
  callbackUrl: z.string().nullable(),
});
export type TaskSpec = z.infer<typeof TaskSpecSchema>;

/** `job.data` of queue `primes`. Only the api writes it; the worker's notes are in the progress. */
export const JobDataSchema = z.strictObject({
  version: z.literal(JOB_VERSION),
  task: TaskSpecSchema,
  /** Tells the submission that made the job from its replays. */
  submission: z.string(),
  requestId: z.string(),
  traceparent: z.string(),
  /** Milliseconds since the epoch, set by DELETE. */
  cancelledAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type JobData = z.infer<typeof JobDataSchema>;

/** What a reader needs of `job.data`, also of a version that it does not know yet. */
export const StoredTaskSchema = z.object({
  task: z.object(TaskSpecSchema.shape),
  submission: z.string().optional(),
  traceparent: z.string().default(''),
  cancelledAt: z.number().optional(),
});
export type StoredTask = z.infer<typeof StoredTaskSchema>;

/** `job.progress`: kept over hand-overs and retries, so that the timeout counts from the first start. */
export const JobProgressSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  startedAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  segmentsDone: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  segmentsTotal: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** How many this task has sieved so far, by all the workers that had it. */
  segmentsComputed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
});
export type JobProgress = z.infer<typeof JobProgressSchema>;

/** What a job says of its progress, if a worker of ours has written it. */
export function progressOf(job: { readonly progress: unknown }): JobProgress | undefined {
  // BullMQ's 0 until then, which zod would first make an error of.
  return job.progress === 0 ? undefined : JobProgressSchema.safeParse(job.progress).data;
}

/** `job.returnvalue`: counts only. The primes themselves are in the store, once for everyone. */
export const JobResultSchema = z.strictObject({
  /** Milliseconds since the epoch of the first start of work. */
  startedAt: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  segmentsComputed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  segmentsCached: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
});
export type JobResult = z.infer<typeof JobResultSchema>;

/** `job.data` of queue `webhooks`: the rest is read from the task, the only record of its state. */
export const WebhookJobDataSchema = z.strictObject({ version: z.literal(JOB_VERSION), taskId: z.uuid() });
export type WebhookJobData = z.infer<typeof WebhookJobDataSchema>;

/** What a worker throws to end a cancelled task; it is no failure and not tried again. */
export const CANCELLED = 'cancelled';

/** Redis channel on which the api announces the id of each task that it marks as cancelled. */
export function cancelChannel(queuePrefix: string): string {
  return `${queuePrefix}:${TASK_QUEUE}:cancel`;
}
