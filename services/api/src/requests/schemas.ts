import { TASK_LIMITS, TaskStatusSchema } from '@primes/contracts';
import { z } from 'zod';
import type {} from 'zod-openapi';

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

/** Query of GET /tasks. */
export const ListTasksQuery = z.strictObject({
  status: TaskStatusSchema.optional().meta({ description: 'Only tasks with this status' }),
  limit: wholeNumber({ min: 1, max: 100 }, 'Tasks per page; default 20'),
  cursor: z.string().max(64).optional().meta({ description: '`next_cursor` of the previous page' }),
});

/** Query of all paths without parameters. */
export const NoQuery = z.strictObject({});

/** Header of POST /tasks. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'Must be visible ASCII characters')
  .max(TASK_LIMITS.idempotencyKeyLength);
