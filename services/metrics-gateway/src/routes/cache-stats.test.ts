import { describe, expect, it } from '@jest/globals';
import { rates } from './cache-stats.ts';

describe('rates()', () => {
  it.each([
    [{ hits: 0, misses: 0 }, 0, 0],
    [{ hits: 5, misses: 0 }, 100, 0],
    [{ hits: 0, misses: 5 }, 0, 100],
    [{ hits: 1, misses: 2 }, 33.33, 66.67],
  ])(
    '%j is a hit rate of %d %% and a miss rate of %d %%',
    ({ hits, misses }, hit_rate_percent, miss_rate_percent) => {
      expect(rates(hits, misses)).toEqual({ hit_rate_percent, miss_rate_percent });
    },
  );
});
