import { describe, expect, it } from '@jest/globals';
import { submitTaskSchema } from '@primes/contracts';
import { primes } from './index.ts';

const schema = submitTaskSchema(primes.submission({ MAX_N: 1_000 }));

describe('a submission', () => {
  it('is not fresh by default', () => {
    expect(schema.parse({ n: 1_000 })).toEqual({ n: 1_000, fresh: false, timeout_seconds: 600, priority: 0 });
  });

  it.each([{ n: 0 }, { n: 1_001 }, { n: 1.5 }, { n: '5' }, { n: null }, {}, { n: 5, fresh: 'yes' }])(
    '%j is rejected',
    (body) => {
      expect(schema.safeParse(body).success).toBe(false);
    },
  );
});
