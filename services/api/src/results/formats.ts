import { HttpError, truncate } from '@primes/service-kit';
import type { ResultFormat } from '@primes/contracts';
import type { Request } from 'express';

/** In this format the result is part of the task, so it can represent a task without a result. */
export const JSON_TYPE = 'application/json';

/**
 * The format that a request prefers.
 *
 * @throws {HttpError} `not_acceptable` with the available formats
 */
export function formatOf(req: Request, formats: readonly ResultFormat[]): ResultFormat {
  const mediaTypes = formats.map(({ mediaType }) => mediaType);
  const best = req.accepts(mediaTypes);
  const format = formats.find(({ mediaType }) => mediaType === best);
  if (!format) {
    const detail = `Accept must include one of ${mediaTypes.join(', ')}, received ${truncate(req.get('accept') ?? 'none')}`;
    throw new HttpError('not_acceptable', { detail });
  }
  return format;
}
