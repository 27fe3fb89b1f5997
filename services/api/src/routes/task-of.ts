import type { Request } from 'express';
import { httpError } from '../errors.ts';
import type { Lookup } from '../tasks/lookup.ts';
import type { Task } from '../tasks/task-view.ts';

/** The id in the path of a request. */
export function idOf(req: Request): string {
  const { id } = req.params;
  if (typeof id !== 'string') throw new Error('The route has no :id');
  return id;
}

/**
 * The task that a request names.
 *
 * @throws {HttpError} `not_found`
 */
export async function taskOf(req: Request, lookup: Lookup): Promise<Task> {
  return (await lookup(idOf(req))) ?? unknownTask();
}

export function unknownTask(): never {
  throw httpError('not_found', { detail: 'There is no task of this id, or it has ended too long ago' });
}
