import type { TaskList } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { lastPosition, type List, type ListPosition } from '../tasks/list.ts';
import { ListTasksQuery } from '../requests/schemas.ts';

const DEFAULT_LIMIT = 20;

/** GET /tasks: a page of tasks, of one status or of all. */
export function listTasks(list: List) {
  return async function handleListTasks(req: Request, res: Response): Promise<void> {
    const { status, limit = DEFAULT_LIMIT, cursor } = validate(ListTasksQuery, req.query);
    const last = lastPosition(status);
    const position = cursor === undefined ? last.map(() => 0) : decode(cursor, last);
    const { tasks, next, truncated } = await list({
      status,
      position,
      limit,
      principal: contextOf(req).principal,
    });
    res.json({ tasks, next_cursor: next ? encode(next) : null, truncated } satisfies TaskList);
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
