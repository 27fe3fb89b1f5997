import type { Request, Response } from 'express';
import { queryOf } from './query.ts';
import { NoQuery } from './schemas.ts';

/** GET /health: this process answers; /readyz says what it can do. */
export function health(req: Request, res: Response): void {
  queryOf(req, NoQuery);
  res.json({ status: 'healthy' });
}
