import { ERRORS } from '@primes/contracts';
import { validate } from '@primes/service-kit';
import type { Request } from 'express';
import type { z } from 'zod';

/**
 * The query of a request, checked.
 *
 * @throws {HttpError} `invalid` naming each parameter that is unknown, repeated or out of range
 */
export function queryOf<S extends z.ZodType>(req: Request, schema: S): z.output<S> {
  return validate(schema, req.query, ERRORS.invalid);
}
