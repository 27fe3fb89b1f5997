import { TASK_LIMITS, TaskStatusSchema } from '@primes/contracts';
import { z } from 'zod';
import type {} from 'zod-openapi';

/** A whole number in a query, where everything is text; the document shows it as the integer it means. */
function wholeNumber({ min, max }: { min: number; max: number }, description: string) {
  return z
    .string({ error: 'Must be given once' })
    .regex(/^\d{1,15}$/, 'Must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .optional()
    .meta({ description, override: { type: 'integer', minimum: min, maximum: max } });
}

/** Query of GET /tasks/{id}. */
export const GetTaskQuery = z.strictObject({
  wait: wholeNumber({ min: 0, max: TASK_LIMITS.waitSeconds }, 'Seconds to wait for the task to end'),
  offset: wholeNumber({ min: 0, max: TASK_LIMITS.pageLength }, 'How many primes to leave out'),
  limit: wholeNumber(
    { min: 0, max: TASK_LIMITS.pageLength },
    'How many primes at most; 0 asks for the status alone',
  ),
});

/** Query of GET /tasks. */
export const ListTasksQuery = z.strictObject({
  status: TaskStatusSchema.optional().meta({ description: 'Only tasks of this status' }),
  limit: wholeNumber({ min: 1, max: 100 }, 'Tasks a page; 20 unless given'),
  cursor: z.string().max(64).optional().meta({ description: '`next_cursor` of the page before' }),
});

/** Query of every path that knows no parameters. */
export const NoQuery = z.strictObject({});

/** Header of POST /tasks. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'Must be visible ASCII characters')
  .max(TASK_LIMITS.idempotencyKeyLength);
