import { contextOf } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { groupFailures, type FailuresDeps } from '../failures.ts';

/** GET /tasks/failures. Without authentication, everybody reads it, and the errors of crashes stay hidden as in a task. */
export function listFailures(deps: FailuresDeps) {
  return async function handleListFailures(req: Request, res: Response): Promise<void> {
    const isOperator = contextOf(req).principal !== undefined;
    res.set('Cache-Control', 'no-store').json(await groupFailures(deps, isOperator));
  };
}
