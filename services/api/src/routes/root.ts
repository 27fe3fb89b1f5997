import type { Request, Response } from 'express';
import { VERSION } from '../version.ts';
import { queryOf } from './query.ts';
import { NoQuery } from './schemas.ts';

/** GET /: what this is and where its documentation stands. */
export function root(req: Request, res: Response): void {
  queryOf(req, NoQuery);
  const message = 'Primes: the first N primes, computed asynchronously';
  res.vary('Accept').json({ message, version: VERSION, docs: '/docs' });
}
