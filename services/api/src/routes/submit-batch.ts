import { TASK_LIMITS, type SubmittedBatch } from '@primes/contracts';
import { HttpError, contextOf, truncate, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import * as z from 'zod';
import { NDJSON_TYPE, bodyOf, idempotencyKeyOf } from '../requests/body.ts';
import { NoQuery } from '../requests/schemas.ts';
import type { SubmitBatch } from '../tasks/submit-batch.ts';
import { taskBody, type TaskBodyDeps } from '../requests/task-body.ts';

export interface SubmitBatchDeps extends TaskBodyDeps {
  readonly submitBatch: SubmitBatch;
}

const error = `Must be a list of 1 to ${TASK_LIMITS.batchLength} tasks`;

/** POST /tasks/batch: validates all tasks, and adds all of them or none. */
export function submitBatch({ submitBatch: submit, ...deps }: SubmitBatchDeps) {
  const { schema, specOf } = taskBody(deps);
  // In this order: a body has room for 300,000 invalid tasks.
  const list = z.array(z.unknown(), error).min(1, error).max(TASK_LIMITS.batchLength, error);
  const batch = list.pipe(z.array(schema));

  return async function handleSubmitBatch(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    const body = bodyOf(req, ['application/json', NDJSON_TYPE]);
    const specs = validate(batch, req.is(NDJSON_TYPE) ? linesOf(body as string) : body).map(specOf);
    const { requestId, traceparent, principal } = contextOf(req);
    const idempotencyKey = idempotencyKeyOf(req);
    const context = { requestId, traceparent, principal, idempotencyKey };
    const { created, ...submitted } = await submit(specs, context);
    res
      .status(created ? 202 : 200)
      .location(`${deps.config.BASE_PATH}/tasks?batch=${submitted.batch_id}`)
      .set('Retry-After', '1')
      .json(submitted satisfies SubmittedBatch);
  };
}

/** Each line is one task, so its index is the number of its line, minus one. */
function linesOf(text: string): unknown[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, i) => {
      if (/^\s*$/.test(line)) {
        throw new HttpError('malformed', { detail: `Line ${i + 1} must be JSON, received an empty line` });
      }
      try {
        return JSON.parse(line) as unknown;
      } catch (thrown) {
        const detail = `Line ${i + 1} must be JSON: ${truncate((thrown as Error).message)}`;
        throw new HttpError('malformed', { detail });
      }
    });
}
