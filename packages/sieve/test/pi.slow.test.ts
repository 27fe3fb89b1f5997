import { describe, expect, it } from '@jest/globals';
import { PRIMES_BELOW_POWER_OF_TEN } from '@primes/testing';
import { SievePool } from '../src/pool/sieve-pool.ts';
import { byteOfNumber } from '../src/wheel30.ts';
import { countPrimesByPool } from './count-primes.ts';

describe('the primes', () => {
  // By threads, since Jest's own globals (Math) slow the kernel down.
  it.each([10, 11])(
    'to 10^%d are as many as the tables say',
    async (k) => {
      await using pool = new SievePool({ threads: 2 });
      // The last primes below, 10^10 − 33 and 10^11 − 23, lie before the byte that holds the end.
      expect(await countPrimesByPool(pool, byteOfNumber(10 ** k))).toBe(PRIMES_BELOW_POWER_OF_TEN[k]);
    },
    600_000,
  );
});
