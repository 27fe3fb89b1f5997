import type * as z from 'zod';
import { truncate } from './http/truncate.ts';

/** By the type that zod expects. All numbers that we read are integers, and zod calls text that is none `NaN`. */
const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a whole number',
  object: 'a JSON object',
  string: 'a string',
};

/** Says what a schema expects and what it received, where the schema has no message of its own. */
export const validationMessages: z.core.$ZodErrorMap = (issue) => {
  const isWrongValue = issue.code === 'invalid_type' || issue.code === 'invalid_value';
  if (isWrongValue && issue.input === undefined) return 'Is required';
  if (issue.code === 'invalid_type') {
    const expected = EXPECTED[issue.expected];
    return expected && `Must be ${expected}${received(issue.input)}`;
  }
  if (issue.code === 'invalid_value') {
    return `Must be one of ${issue.values.join(', ')}${received(issue.input)}`;
  }
  if (issue.code === 'too_big') return rangeMessage(`at most ${issue.maximum}`, issue.input);
  if (issue.code === 'too_small') return rangeMessage(`at least ${issue.minimum}`, issue.input);
  return undefined;
};

function rangeMessage(limit: string, input: unknown): string | undefined {
  if (typeof input === 'number') return `Must be ${limit}${received(input)}`;
  if (typeof input === 'string') return `Must have ${limit} characters, received ${input.length}`;
  return undefined;
}

function received(input: unknown): string {
  // A variable that is no number: its text is gone, and may be a secret.
  if (Number.isNaN(input)) return '';
  if (typeof input === 'string') return `, received ${JSON.stringify(truncate(input))}`;
  if (Array.isArray(input)) return ', received an array';
  if (typeof input === 'object' && input !== null) return ', received an object';
  return `, received ${String(input)}`;
}
