import { validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { wholeNumber } from '../requests/schemas.ts';
import type { Audit } from './audit.ts';

const DEFAULT_LIMIT = 20;

export const ListAuditQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }, 'Records per page; default 20'),
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/, 'Must be the `next_cursor` of a page')
    .optional()
    .meta({ description: '`next_cursor` of the previous page' }),
});

/** GET /audit: a page of changes, newest first. */
export function listAudit(audit: Audit) {
  return async function handleListAudit(req: Request, res: Response): Promise<void> {
    const { cursor, limit = DEFAULT_LIMIT } = validate(ListAuditQuery, req.query);
    res.json(await audit.page(cursor, limit));
  };
}
