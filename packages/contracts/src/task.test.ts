import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { hasEnded, submitTaskSchema, TASK_STATUSES, taskSchemas } from './task.ts';

const schema = submitTaskSchema({ text: z.string(), loud: z.boolean().default(false) });

describe('submitTaskSchema()', () => {
  it('fills in what a client may leave out', () => {
    expect(schema.parse({ text: 'a' })).toEqual({
      text: 'a',
      loud: false,
      timeout_seconds: 600,
      priority: 0,
    });
  });

  it.each([
    {},
    { text: 5 },
    { text: 'a', loud: 'yes' },
    { text: 'a', timeout_seconds: 0 },
    { text: 'a', timeout_seconds: 86_401 },
    { text: 'a', priority: -1 },
    { text: 'a', priority: 2_097_152 },
    { text: 'a', callback_url: 'ftp://a.example/' },
    { text: 'a', callback_url: 'a.example' },
    { text: 'a', callback_url: `http://a.example/${'x'.repeat(2_048)}` },
    { text: 'a', unknown: 1 },
    [5],
    null,
  ])('refuses %j', (body) => {
    expect(schema.safeParse(body).success).toBe(false);
  });
});

describe('a job whose fields are reserved', () => {
  it('is refused by their names', () => {
    const fields = { priority: z.string(), text: z.string(), timeout_seconds: z.string() };
    expect(() => submitTaskSchema(fields)).toThrow('these fields: priority, timeout_seconds');
    const stored = { callbackUrl: z.string(), timeoutSeconds: z.string() };
    expect(() => submitTaskSchema(stored)).toThrow('these fields: callbackUrl, timeoutSeconds');
    const shown = { status: z.string(), result: z.string() };
    expect(() => taskSchemas(shown, z.null())).toThrow('these fields: status, result');
  });
});

describe('hasEnded()', () => {
  it('is true for what cannot change any more', () => {
    expect(TASK_STATUSES.filter(hasEnded)).toEqual(['done', 'failed', 'cancelled']);
  });
});
