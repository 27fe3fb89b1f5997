import type { SampleSource } from '@primes/contracts';
import { PrimeStore } from '@primes/prime-store';

/** Samples the content of the store, from its manifest. */
export const sampleSource: SampleSource = {
  name: 'store',
  async take(redis, keyPrefix) {
    const { cachedPrimes, stored } = await new PrimeStore(redis, { prefix: keyPrefix }).manifest();
    return { largest_n: cachedPrimes, cached_primes: cachedPrimes, cached_segments: stored };
  },
};
