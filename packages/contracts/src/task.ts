import * as z from 'zod';
import { mergeShapes } from './merge-shapes.ts';

/** The statuses of a task; `docs/architecture.md` maps BullMQ's states to them. */
export const TASK_STATUSES = ['pending', 'processing', 'done', 'failed', 'cancelled'] as const;
export const TaskStatusSchema = z.enum(TASK_STATUSES).meta({ id: 'TaskStatus' });
export type TaskStatus = z.infer<typeof TaskStatusSchema>;

/** A task with one of these statuses does not change any more. */
export type EndedStatus = Extract<TaskStatus, 'done' | 'failed' | 'cancelled'>;
export function hasEnded(status: TaskStatus): status is EndedStatus {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/**
 * Why a task failed. `invalid`, `timeout` and `expired` (it was not started in time) are not retried. `crashed`: its last
 * attempt failed, or it lost too many workers.
 */
export const TaskErrorCodeSchema = z.enum(['timeout', 'invalid', 'crashed', 'expired']);
export type TaskErrorCode = z.infer<typeof TaskErrorCodeSchema>;

export const TASK_LIMITS = {
  /** Seconds; at most a day, so that a mistyped value cannot occupy a worker forever. */
  timeoutSeconds: { min: 1, max: 86_400, default: 600 },
  /** Milliseconds; tasks that wait for their time take memory. */
  runAtAhead: 30 * 86_400_000,
  /** Seconds. */
  queueTimeoutSeconds: { min: 1, max: 30 * 86_400 },
  /** BullMQ's range: 0 runs first and in order of arrival, then 1, 2, … */
  priority: { min: 0, max: 2_097_151, default: 0 },
  /** Characters; supported by browsers and proxies. */
  callbackUrlLength: 2_048,
  /** Seconds; the idle timeout of common proxies. */
  waitSeconds: 60,
  /** Items in one page or stream. */
  pageLength: 1_000_000_000,
  /** Tasks of a batch; one script adds them, and Redis serves nobody else meanwhile. */
  batchLength: 1_000,
  /** Characters of an Idempotency-Key. */
  idempotencyKeyLength: 255,
} as const;

const { timeoutSeconds, queueTimeoutSeconds, runAtAhead, priority, callbackUrlLength } = TASK_LIMITS;

/** The fields of POST /tasks that every task has. */
const OPTIONS = {
  timeout_seconds: z
    .int()
    .min(timeoutSeconds.min)
    .max(timeoutSeconds.max)
    .default(timeoutSeconds.default)
    .meta({ description: 'Counted from the first start, including retries and hand-overs' }),
  priority: z
    .int()
    .min(priority.min)
    .max(priority.max)
    .default(priority.default)
    .meta({ description: '0 runs first, in order of arrival; then 1, 2, …' }),
  run_at: z.iso
    .datetime({ offset: true, abort: true, error: 'Must be a time with its offset, as 2026-12-01T08:00:00Z' })
    .refine((at) => Date.parse(at) >= 0, 'Must not be before 1970')
    .refine((at) => Date.parse(at) <= Date.now() + runAtAhead, 'Must be at most 30 days ahead')
    .optional()
    .meta({
      description:
        'When the task may start, from 1970 to 30 days ahead; in the past: at once, and shown as sent',
    }),
  queue_timeout_seconds: z
    .int()
    .min(queueTimeoutSeconds.min)
    .max(queueTimeoutSeconds.max)
    .optional()
    .meta({ description: 'Fails with `expired` if not started so long after its submission or `run_at`' }),
  callback_url: z
    .url({ protocol: /^https?$/, error: 'Must be an absolute http or https URL', abort: true })
    .max(callbackUrlLength, {
      error: ({ input }) =>
        `Must have at most ${callbackUrlLength} characters, received ${(input as string).length}`,
    })
    .optional()
    .meta({ description: 'Receives a POST when the task has ended, signed with Standard Webhooks' }),
};

/** The body of POST /tasks: the job's fields (`input`) and the options. Its type shows only the options. */
export function submitTaskSchema(input: z.ZodRawShape): z.ZodObject<typeof OPTIONS> {
  // The names of the options as they are stored, beside the input.
  return z
    .strictObject(
      mergeShapes(input, OPTIONS, ['timeoutSeconds', 'runAt', 'queueTimeoutSeconds', 'callbackUrl']),
    )
    .meta({ id: 'SubmitTask' });
}

const instant = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const TaskErrorSchema = z
  .strictObject({ code: TaskErrorCodeSchema, message: z.string() })
  .meta({ id: 'TaskError' });

/** What every view of a task shows, whatever its job. */
const TASK_SUMMARY = {
  request_id: z.uuid(),
  // A webhook that an earlier version has queued lacks the fields with a default.
  batch_id: z.uuid().nullable().default(null).meta({ description: 'The batch that submitted the task' }),
  status: TaskStatusSchema,
  priority: z.int().min(0).max(priority.max),
  timeout_seconds: z.int().min(1).max(timeoutSeconds.max),
  run_at: instant.nullable().default(null),
  queue_timeout_seconds: z
    .int()
    .min(queueTimeoutSeconds.min)
    .max(queueTimeoutSeconds.max)
    .nullable()
    .default(null),
  progress: z.int().min(0).max(100).meta({ description: 'Progress in percent' }),
  error: TaskErrorSchema.nullable(),
  created_at: instant,
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  traceparent: z.string().meta({ description: 'W3C traceparent of the submitting request' }),
  principal: z.string().nullable().optional().meta({
    description:
      'Who submitted the task, or null for nobody; only for readers with the role `read-all` or `operate`',
  }),
};
export const TaskSummarySchema = z.strictObject(TASK_SUMMARY);
/** A task without its result, as in lists, events and webhooks. It also has the job's fields. */
export type TaskSummary = z.infer<typeof TaskSummarySchema>;

/** The answer to POST /tasks/batch. */
export const SubmittedBatchSchema = z
  .strictObject({
    batch_id: z.uuid(),
    total: z.int().min(1).max(TASK_LIMITS.batchLength),
    request_ids: z.array(z.uuid()).meta({ description: 'The tasks, in the order of the request' }),
  })
  .meta({ id: 'Batch' });
export type SubmittedBatch = z.infer<typeof SubmittedBatchSchema>;

const count = z.int().min(0).max(TASK_LIMITS.batchLength);
const countsSchema = z.strictObject(
  Object.fromEntries(TASK_STATUSES.map((status) => [status, count])) as Record<TaskStatus, typeof count>,
);

/** A page of GET /tasks. */
export interface TaskList {
  readonly tasks: readonly TaskSummary[];
  readonly next_cursor: string | null;
  readonly truncated: boolean;
  readonly scanned: number;
  /** Only of a batch. */
  readonly counts: Readonly<Record<TaskStatus, number>> | null;
}

/** The answers that show tasks, for a job whose input shows `view` and whose result is `result`. */
export function taskSchemas<View extends z.ZodRawShape, Result extends z.ZodType>(
  view: View,
  result: Result,
) {
  const summary = z.strictObject(mergeShapes(view, TASK_SUMMARY, ['result'])).meta({ id: 'TaskSummary' });
  return {
    summary,
    /** The answer of GET /tasks/{id}. `result` is the last key, so that it can be streamed. */
    task: z
      .strictObject({
        ...TASK_SUMMARY,
        ...view,
        result: result
          .nullable()
          .meta({ description: 'The result, or the requested page of it, if `status` is done' }),
      })
      .meta({ id: 'Task' }),
    list: z
      .strictObject({
        tasks: z.array(summary),
        next_cursor: z.string().nullable().meta({ description: 'null on the last page' }),
        truncated: z.boolean().meta({
          description:
            'The page is not full because it has read as many tasks as it may; `next_cursor` continues',
        }),
        scanned: z
          .int()
          .min(0)
          .max(Number.MAX_SAFE_INTEGER)
          .meta({ description: 'Tasks that were read to find those of the page, at most about 5,000' }),
        counts: countsSchema
          .nullable()
          .meta({ description: 'With `batch`, its tasks by status, without those that have expired' }),
      })
      .meta({ id: 'TaskList' }),
  };
}
