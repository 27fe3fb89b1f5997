import { z } from 'zod';

/** What a task can be; `docs/architecture.md` has the table from BullMQ's states to these. */
export const TASK_STATUSES = ['pending', 'processing', 'done', 'failed', 'cancelled'] as const;
export const TaskStatusSchema = z.enum(TASK_STATUSES).meta({ id: 'TaskStatus' });
export type TaskStatus = z.infer<typeof TaskStatusSchema>;

/** A task in one of these will not change any more. */
export function hasEnded(status: TaskStatus): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/** Why a task failed: `invalid` and `timeout` are not tried again, `crashed` had all its attempts. */
export const TaskErrorCodeSchema = z.enum(['timeout', 'invalid', 'crashed']);
export type TaskErrorCode = z.infer<typeof TaskErrorCodeSchema>;

export const TASK_LIMITS = {
  /** Seconds; a day, so that a mistyped value cannot pin a worker for ever. */
  timeoutSeconds: { min: 1, max: 86_400, default: 600 },
  /** BullMQ's range: 0 runs first and in order of arrival, then 1, 2, … */
  priority: { min: 0, max: 2_097_151, default: 0 },
  /** Characters; what browsers and proxies carry. */
  callbackUrlLength: 2_048,
  /** Seconds a long-poll may last; below the 60 s idle limit of common proxies plus slack. */
  waitSeconds: 60,
  /** Primes in one page or stream. */
  pageLength: 1_000_000_000,
  /** Characters of an Idempotency-Key. */
  idempotencyKeyLength: 255,
} as const;

/** The body of POST /tasks. `maxN` is the deployment's MAX_N: it bounds the store's size. */
export function submitTaskSchema(maxN: number) {
  const { timeoutSeconds, priority, callbackUrlLength } = TASK_LIMITS;
  return z
    .strictObject({
      n: z
        .int()
        .min(1)
        .max(maxN)
        .meta({ description: 'How many primes, from 2 on', examples: [100] }),
      timeout_seconds: z
        .int()
        .min(timeoutSeconds.min)
        .max(timeoutSeconds.max)
        .default(timeoutSeconds.default)
        .meta({ description: 'Counted from the first start of work, over retries and hand-overs' }),
      priority: z
        .int()
        .min(priority.min)
        .max(priority.max)
        .default(priority.default)
        .meta({ description: '0 goes first, in order of arrival; then 1, 2, …' }),
      fresh: z.boolean().default(false).meta({ description: 'Compute again even what the store has' }),
      callback_url: z
        .url({ protocol: /^https?$/, error: 'Must be an absolute http or https URL' })
        .max(callbackUrlLength, `Must be at most ${callbackUrlLength} characters`)
        .optional()
        .meta({ description: 'POSTed to once the task has ended, signed by Standard Webhooks' }),
    })
    .meta({ id: 'SubmitTask' });
}
export type SubmitTask = z.infer<ReturnType<typeof submitTaskSchema>>;

const instant = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const TaskErrorSchema = z
  .strictObject({ code: TaskErrorCodeSchema, message: z.string() })
  .meta({ id: 'TaskError' });

/** A task without its primes: what lists, events and webhooks carry. */
export const TaskSummarySchema = z
  .strictObject({
    request_id: z.uuid(),
    n: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
    status: TaskStatusSchema,
    priority: z.int().min(0).max(TASK_LIMITS.priority.max),
    fresh: z.boolean(),
    timeout_seconds: z.int().min(1).max(TASK_LIMITS.timeoutSeconds.max),
    progress: z
      .int()
      .min(0)
      .max(100)
      .meta({ description: 'Percent of the segments that the task needs and the store has' }),
    error: TaskErrorSchema.nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    traceparent: z.string().meta({ description: 'W3C traceparent of the submitting request' }),
  })
  .meta({ id: 'TaskSummary' });
export type TaskSummary = z.infer<typeof TaskSummarySchema>;

/** The answer of GET /tasks/{id}. `result` is the last key, so that it can be streamed. */
export const TaskViewSchema = TaskSummarySchema.extend({
  result: z
    .array(z.int().min(2).max(Number.MAX_SAFE_INTEGER))
    .nullable()
    .meta({ description: 'The primes, or the page asked for, once `status` is done' }),
}).meta({ id: 'Task' });
export type TaskView = z.infer<typeof TaskViewSchema>;

export const TaskListSchema = z
  .strictObject({
    tasks: z.array(TaskSummarySchema),
    next_cursor: z.string().nullable().meta({ description: 'null on the last page' }),
    truncated: z
      .boolean()
      .meta({ description: 'There are more tasks than an unfiltered list goes deep; filter by status' }),
  })
  .meta({ id: 'TaskList' });
export type TaskList = z.infer<typeof TaskListSchema>;
