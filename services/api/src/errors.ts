import { ERRORS } from '@primes/contracts';
import { httpErrors } from '@primes/service-kit';

/** The api throws its refusals with this: `throw httpError('not_found', { detail })`. */
export const httpError = httpErrors(ERRORS);
