import type { z } from 'zod';
import { HttpError, type ErrorKind } from './problem.ts';

/**
 * Checks what a client sent and gives back the typed value.
 *
 * @throws {HttpError} `invalid` with one entry a field, each naming the limit it broke
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, kind: ErrorKind): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => {
    // An unknown key is reported at its parent; the client looks for the key itself.
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), detail: 'Unknown field' }));
    }
    return [{ field: issue.path.join('.') || '(the whole)', detail: issue.message }];
  });
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  throw new HttpError('invalid', kind, { detail, errors });
}
