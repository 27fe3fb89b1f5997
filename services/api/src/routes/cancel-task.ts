import type { Request, Response } from 'express';
import type { Cancel } from '../tasks/cancel.ts';
import { queryOf } from './query.ts';
import { NoQuery } from './schemas.ts';
import { idOf, unknownTask } from './task-of.ts';

/** DELETE /tasks/{id}: 202, since a worker ends it. */
export function cancelTask(cancel: Cancel) {
  return async function handleCancelTask(req: Request, res: Response): Promise<void> {
    queryOf(req, NoQuery);
    res.status(202).json((await cancel(idOf(req))) ?? unknownTask());
  };
}
