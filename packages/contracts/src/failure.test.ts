import { describe, expect, it } from '@jest/globals';
import { decodeFailure, encodeFailure } from './failure.ts';

describe('decodeFailure()', () => {
  it('decodes what encodeFailure() returns, including colons', () => {
    expect(decodeFailure(encodeFailure('timeout', 'Took: too long'))).toEqual({
      code: 'timeout',
      message: 'Took: too long',
    });
  });

  it.each(['connect ECONNREFUSED 10.0.0.7:6379', 'TypeError: x is not a function', '', ': ', 'timeout'])(
    'decodes %j as a crash and does not reveal it',
    (reason) => {
      const { code, message } = decodeFailure(reason);
      expect(code).toBe('crashed');
      if (reason) expect(message).not.toContain(reason);
    },
  );
});
