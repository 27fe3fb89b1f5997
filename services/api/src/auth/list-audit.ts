import { validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { pageQuery } from '../requests/schemas.ts';
import type { Audit } from './audit.ts';

// No record has the id 0-0, before which Redis finds no range.
export const ListAuditQuery = pageQuery('Records', /^[1-9]\d{0,14}-\d{1,15}$/);

/** GET /audit: a page of changes, newest first. */
export function listAudit(audit: Audit) {
  return async function handleListAudit(req: Request, res: Response): Promise<void> {
    const { cursor, limit } = validate(ListAuditQuery, req.query);
    res.json(await audit.page(cursor, limit));
  };
}
