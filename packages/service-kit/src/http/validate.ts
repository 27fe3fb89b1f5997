import type * as z from 'zod';
import { validationMessages } from '../validation-messages.ts';
import { HttpError } from './problem.ts';
import { truncate } from './truncate.ts';

/** Fields that a problem names; a body of 64 KiB may have 10,000 unknown ones. */
const MAX_ERRORS = 20;

/**
 * Validates what a client sent and returns the typed value.
 *
 * @throws {HttpError} `invalid` with one entry per field, at most 20, each with what was expected and received
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: validationMessages });
  if (parsed.success) return parsed.data;
  const all = parsed.error.issues.flatMap((issue) => {
    // zod reports an unknown key at its parent; the client looks for the key itself.
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), detail: 'Unknown field' }));
    }
    return [{ field: issue.path.join('.') || '(root)', detail: issue.message }];
  });
  const errors = all.slice(0, MAX_ERRORS).map(({ field, detail }) => ({ field: truncate(field), detail }));
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  throw new HttpError('invalid', { detail, errors });
}
