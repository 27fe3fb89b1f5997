import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import type { Cancel } from '../tasks/cancel.ts';
import { NoQuery } from '../requests/schemas.ts';
import { idOf, unknownTask } from '../requests/id-of.ts';

/** DELETE /tasks/{id}: 202, because a worker may still have to stop the task. */
export function cancelTask(cancel: Cancel) {
  return async function handleCancelTask(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    res.status(202).json((await cancel(idOf(req), contextOf(req).principal)) ?? unknownTask());
  };
}
