import { HISTORY, TASK_LIMITS, type JobType } from '@primes/contracts';
import * as z from 'zod';
import type {} from 'zod-openapi';
import { FILTER_FIELDS, taskFilterSchema } from '../tasks/filter.ts';

/** A whole number in a query, where all values are text; the OpenAPI document shows an integer. */
export function wholeNumber({ min, max }: { min: number; max: number }, description: string) {
  return z
    .string({ error: 'Must occur only once' })
    .regex(/^\d{1,15}$/, {
      error: ({ input }) => `Must be a whole number, received ${JSON.stringify(input)}`,
    })
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .optional()
    .meta({ description, override: { type: 'integer', minimum: min, maximum: max } });
}

/** The number of items of a page. */
export function pageLimit(items: string) {
  const description = `${items} per page; default 20`;
  return wholeNumber({ min: 1, max: 100 }, description).default(20).meta({ description });
}

/** Query of a list whose cursors have this form. */
export function pageQuery(items: string, cursor: RegExp) {
  return z.strictObject({
    limit: pageLimit(items),
    cursor: z
      .string()
      .regex(cursor, 'Must be the `next_cursor` of a page')
      .optional()
      .meta({ description: '`next_cursor` of the previous page' }),
  });
}

const wait = wholeNumber(
  { min: 0, max: TASK_LIMITS.waitSeconds },
  'Seconds to wait for the task to end; effectively at most 55',
);

/** Query of GET /tasks/{id}, of a job whose result has pages. */
export const GetTaskQuery = z.strictObject({
  wait,
  offset: wholeNumber({ min: 0, max: TASK_LIMITS.pageLength }, 'Number of items of the result to skip'),
  limit: wholeNumber(
    { min: 0, max: TASK_LIMITS.pageLength },
    'Maximum number of items of the result; 0 returns only the status',
  ),
});

/** The same for a job whose result is one value. A page is rejected: the client would mistake the whole value for it. */
export const GetTaskWithoutPagesQuery = z.strictObject({
  wait,
  limit: wholeNumber(
    { min: 0, max: 0 },
    '0 asks for the status alone; the result has no pages, so nothing else is accepted',
  ),
});

/** Query of GET /tasks: a filter, and two parameters of the page, which `routes/list-tasks.ts` separates from it. */
export function listTasksQuery(type: Pick<JobType<object>, 'view'>) {
  return taskFilterSchema(type, 'query').extend({
    batch: FILTER_FIELDS.batch.meta({ description: 'Only tasks of this batch, in its order; adds `counts`' }),
    limit: pageLimit('Tasks'),
    cursor: z
      .string()
      .max(256)
      .optional()
      .meta({ description: '`next_cursor` of the previous page, which had the same filter' }),
  });
}

/** Query of GET /api/metrics/history. */
export const HistoryQuery = z.strictObject({
  minutes: wholeNumber({ min: 1, max: HISTORY.maxMinutes }, `How far back; default ${HISTORY.maxMinutes}`),
});

/** Query of all paths without parameters. */
export const NoQuery = z.strictObject({});

/** Header of POST /tasks. Node decodes each byte of a header as one character. */
export const IdempotencyKey = z
  .string()
  .min(1, 'Must not be empty')
  .regex(/^[\x21-\x7e]*$/, {
    error({ input = '' }) {
      const index = input.search(/[^\x21-\x7e]/);
      const byte = input.charCodeAt(index).toString(16).toUpperCase().padStart(2, '0');
      return `Must be visible ASCII characters, received the byte 0x${byte} at index ${index}`;
    },
  })
  .max(TASK_LIMITS.idempotencyKeyLength, `Must have at most ${TASK_LIMITS.idempotencyKeyLength} characters`);
