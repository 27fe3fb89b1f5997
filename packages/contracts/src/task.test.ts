import { describe, expect, it } from '@jest/globals';
import { hasEnded, submitTaskSchema, TASK_STATUSES } from './task.ts';

const schema = submitTaskSchema(1_000);

describe('submitTaskSchema()', () => {
  it('fills in what a client may leave out', () => {
    expect(schema.parse({ n: 1_000 })).toEqual({ n: 1_000, timeout_seconds: 600, priority: 0, fresh: false });
  });

  it.each([
    { n: 0 },
    { n: 1_001 },
    { n: 1.5 },
    { n: '5' },
    { n: null },
    {},
    { n: 5, timeout_seconds: 0 },
    { n: 5, timeout_seconds: 86_401 },
    { n: 5, priority: -1 },
    { n: 5, priority: 2_097_152 },
    { n: 5, fresh: 'yes' },
    { n: 5, callback_url: 'ftp://a.example/' },
    { n: 5, callback_url: 'a.example' },
    { n: 5, callback_url: `http://a.example/${'x'.repeat(2_048)}` },
    { n: 5, unknown: 1 },
    [5],
    null,
  ])('refuses %j', (body) => {
    expect(schema.safeParse(body).success).toBe(false);
  });
});

describe('hasEnded()', () => {
  it('is true for what cannot change any more', () => {
    expect(TASK_STATUSES.filter(hasEnded)).toEqual(['done', 'failed', 'cancelled']);
  });
});
