import type { NextFunction, Request, Response } from 'express';
import { HttpError } from './problem.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Ends a route: answers OPTIONS with the allowed methods, and every other method with 405. GET includes HEAD. */
export function methodNotAllowed(...methods: readonly Method[]) {
  const allow = [
    ...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    'OPTIONS',
  ].join(', ');
  return function rejectMethod(req: Request, res: Response, next: NextFunction): void {
    if (req.method === 'OPTIONS') {
      res.status(204).set('Allow', allow).end();
      return;
    }
    const detail = `Expected one of ${allow}, received ${req.method}`;
    next(new HttpError('method_not_allowed', { detail, headers: { Allow: allow } }));
  };
}
