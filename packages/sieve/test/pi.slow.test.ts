import { describe, expect, it } from '@jest/globals';
import { PRIMES_BELOW_POWER_OF_TEN } from './known-primes.ts';
import { SievePool } from '../src/pool/sieve-pool.ts';
import { byteOfNumber } from '../src/wheel30.ts';
import { countPrimesByPool } from './count-primes.ts';

describe('the primes', () => {
  // On threads, because Jest's globals (Math) slow down the kernel.
  it.each([10, 11])(
    'up to 10^%d are as many as published',
    async (k) => {
      await using pool = new SievePool({ threads: 2 });
      // The last primes, 10^10 − 33 and 10^11 − 23, are before the byte that contains the limit.
      expect(await countPrimesByPool(pool, byteOfNumber(10 ** k))).toBe(PRIMES_BELOW_POWER_OF_TEN[k]);
    },
    600_000,
  );
});
