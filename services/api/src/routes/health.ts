import { validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { NoQuery } from '../requests/schemas.ts';

/** GET /health: the process responds. /readyz shows the checks. */
export function health(req: Request, res: Response): void {
  validate(NoQuery, req.query);
  res.json({ status: 'healthy' });
}
