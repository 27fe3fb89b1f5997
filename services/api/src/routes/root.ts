import { VERSION, validate } from '@primes/service-kit';
import type { JobType } from '@primes/contracts';
import type { Request, Response } from 'express';
import type { ApiConfig } from '../config.ts';
import { NoQuery } from '../requests/schemas.ts';

/** GET /: the name of the service and the path of its documentation. */
export function root(
  { title, summary }: Pick<JobType<object>, 'title' | 'summary'>,
  { BASE_PATH: base }: Pick<ApiConfig, 'BASE_PATH'>,
) {
  const message = `${title}: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;

  return function handleRoot(req: Request, res: Response): void {
    validate(NoQuery, req.query);
    res.vary('Accept').json({ message, version: VERSION, docs: `${base}/docs` });
  };
}
