import { contextOf } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { idOf } from '../../requests/id-of.ts';
import { retryTask as retry, type RetryDeps } from '../retry.ts';

/** POST /tasks/{id}/retry: 202, because a worker runs the task later. */
export function retryTask(deps: RetryDeps) {
  return async function handleRetryTask(req: Request, res: Response): Promise<void> {
    res.status(202).json(await retry(deps, idOf(req), contextOf(req).principal));
  };
}
