import { isDeepStrictEqual } from 'node:util';
import {
  TaskErrorCodeSchema,
  TaskStatusSchema,
  type JobType,
  type Principal,
  type TaskStatus,
} from '@primes/contracts';
import { HttpError, readJob, validationMessages } from '@primes/service-kit';
import type { JobType as State } from 'bullmq';
import * as z from 'zod';
import type {} from 'zod-openapi';
import type { TaskQueues } from '../queue/task-queues.ts';
import { mayRead, readsAll } from './ownership.ts';
import { toTask, type Shown, type Task } from './task-view.ts';

const instant = z.iso
  .datetime({ offset: true, error: 'Must be a time with its offset, as 2026-12-01T08:00:00Z' })
  .optional();

/** The fields of a filter, for every job. */
export const FILTER_FIELDS = {
  status: TaskStatusSchema.optional().meta({ description: 'Only tasks with this status' }),
  error_code: TaskErrorCodeSchema.optional().meta({ description: 'Only tasks that failed with this code' }),
  created_after: instant.meta({ description: 'Only tasks that were submitted then or later' }),
  created_before: instant.meta({ description: 'Only tasks that were submitted earlier' }),
  batch: z
    .uuid('Must be a `batch_id`')
    .toLowerCase()
    .optional()
    .meta({ description: 'Only tasks of this batch' }),
  principal: z
    .string()
    .optional()
    .meta({ description: 'Only tasks of this principal; needs the role `read-all` or `operate`' }),
};

/**
 * The schema of a filter in a query or in JSON: its own fields, and those of the input that every view shows, unless they
 * have the same name.
 */
export function taskFilterSchema({ view }: Pick<JobType<object>, 'view'>, format: 'query' | 'json') {
  const isText = format === 'query';
  const input = Object.entries(view).map(([field, schema]) => [
    field,
    inputField(schema as z.ZodType, isText),
  ]);
  // The type shows only its own fields.
  return z.strictObject({ ...(Object.fromEntries(input) as object), ...FILTER_FIELDS });
}
export type TaskFilter = z.output<z.ZodObject<typeof FILTER_FIELDS>>;

/** A value that a view shows. As text, it may also be JSON. */
function inputField(schema: z.ZodType, isText: boolean) {
  const shown = { ...z.toJSONSchema(schema), $schema: undefined };
  return z
    .unknown()
    .transform((value, context) => {
      const parse = (each: unknown) => schema.safeParse(each, { error: validationMessages });
      const direct = parse(value);
      const { data, error } = direct.success || !isText ? direct : parse(parseJson(value));
      for (const { message } of error?.issues ?? []) context.addIssue(message);
      return data;
    })
    .optional()
    .meta({ description: 'Only tasks that show this value', override: shown as { type: 'string' } });
}

function parseJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}

/**
 * Whether a task matches the filter, and the principal may read it.
 *
 * @throws {HttpError} `invalid` if it filters by a principal whose tasks this principal may not read
 */
export function matcherOf(filter: TaskFilter, reader: Principal | undefined): (task: Task) => boolean {
  const { status, error_code, created_after, created_before, batch, principal, ...input } = filter;
  if (principal !== undefined && !readsAll(reader) && reader?.name !== principal) {
    const detail = 'Must be your own name without the role read-all or operate';
    throw new HttpError('invalid', {
      detail: `principal: ${detail}`,
      errors: [{ field: 'principal', detail }],
    });
  }
  const after = created_after === undefined ? -Infinity : Date.parse(created_after);
  const before = created_before === undefined ? Infinity : Date.parse(created_before);
  const values = Object.entries<unknown>(input).filter(([, value]) => value !== undefined);

  return function matches({ summary, stored }) {
    const createdAt = Date.parse(summary.created_at);
    return (
      mayRead(reader, stored) &&
      (status === undefined || summary.status === status) &&
      (error_code === undefined || summary.error?.code === error_code) &&
      createdAt >= after &&
      createdAt < before &&
      (batch === undefined || stored.batch?.id === batch) &&
      (principal === undefined || stored.principal === principal) &&
      values.every(([field, value]) =>
        isDeepStrictEqual((summary as Readonly<Record<string, unknown>>)[field], value),
      )
    );
  };
}

/** Whether the filter matches every task that the reader may read. */
export function matchesAll(filter: TaskFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/** The BullMQ states of each status; cancelled tasks are in the failed set. */
export const STATES_OF: Record<TaskStatus, readonly State[]> = {
  pending: ['waiting', 'prioritized', 'delayed'],
  processing: ['active'],
  done: ['completed'],
  failed: ['failed'],
  cancelled: ['failed'],
};
export const ALL_STATES = [...new Set(Object.values(STATES_OF).flat())];

/** The only states in which tasks can match; undefined if it can be any. */
export function statesOf({ status, error_code }: Pick<TaskFilter, 'status' | 'error_code'>) {
  const only = status ?? (error_code && 'failed');
  return only && STATES_OF[only];
}

/** Where tasks are read from. */
export interface Source {
  readonly queues: TaskQueues;
  readonly type: Shown;
}

/** Reads jobs of one BullMQ state in one round trip; undefined if a job is no task, or was just removed. */
export async function readTasks(
  { queues, type }: Source,
  state: State,
  ids: readonly string[],
): Promise<(Task | undefined)[]> {
  const jobs = await Promise.all(ids.map((id) => readJob(queues.tasks, id)));
  return jobs.map((job) => job && toTask(job, state === 'active' ? 'active' : 'waiting', type));
}

/** The same for jobs of any state, which may have changed since their ids were read. */
export async function readTasksOfAnyState(
  { queues, type }: Source,
  ids: readonly string[],
): Promise<(Task | undefined)[]> {
  // One round trip for all, the states first (see `toTask`).
  const [active, ...jobs] = await Promise.all([
    queues.tasks.getRanges(['active'], 0, -1),
    ...ids.map((id) => readJob(queues.tasks, id)),
  ]);
  const running = new Set(active);
  return jobs.map((job) => job && toTask(job, running.has(job.id ?? '') ? 'active' : 'waiting', type));
}
