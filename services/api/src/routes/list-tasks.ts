import type { JobType, TaskList } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import * as z from 'zod';
import { lastPosition, type List, type ListPosition } from '../tasks/list.ts';
import { listTasksQuery } from '../requests/schemas.ts';

export interface ListTasksDeps {
  readonly list: List;
  readonly type: JobType<object>;
}

/** GET /tasks: a page of tasks that match a filter. */
export function listTasks({ list, type }: ListTasksDeps) {
  const schema = listTasksQuery(type);

  return async function handleListTasks(req: Request, res: Response): Promise<void> {
    // Whatever remains is compared with the fields of each task.
    const { limit, cursor, ...filter } = validate(schema, req.query);
    const last = lastPosition(filter);
    const position = cursor === undefined ? last.map(() => 0) : decode(cursor, last);
    const { principal } = contextOf(req);
    const { next, ...page } = await list({ filter, position, limit, principal });
    res.json({ ...page, next_cursor: next ? encode(next) : null } satisfies TaskList);
  };
}

/** Opaque to clients. */
function encode(position: ListPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(cursor: string, last: ListPosition): ListPosition {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // Not our cursor: the schema below rejects it under the name of the parameter.
  }
  return validate(z.strictObject({ cursor: within(last) }), { cursor: value }).cursor;
}

/** The cursor of an unfiltered list and that of a filtered list have different shapes. */
function within(last: ListPosition) {
  return z.custom<ListPosition>(
    (value) =>
      Array.isArray(value) &&
      value.length === last.length &&
      last.every((most, i) => Number.isInteger(value[i]) && value[i] >= 0 && value[i] <= most),
    'Must be the `next_cursor` of the same list',
  );
}
