import { HttpError } from '@primes/service-kit';
import type { Request, RequestParamHandler } from 'express';

/** The id in the path of a request, in lower case: a UUID may be in upper case. */
export function idOf(req: Request): string {
  const { id } = req.params;
  if (typeof id !== 'string') throw new Error('The route has no :id');
  return id.toLowerCase();
}

/** @throws {HttpError} `not_found` */
export function unknownTask(): never {
  throw new HttpError('not_found', { detail: 'There is no task with this id, or it has expired' });
}

/** For the access log: Express drops the parameter once the route has thrown. */
export function recordTaskId(...[, res, next, id]: Parameters<RequestParamHandler>): void {
  res.locals['taskId'] = (id as string).toLowerCase();
  next();
}
