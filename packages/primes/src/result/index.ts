import type { ResultReaderFactory } from '@primes/contracts';
import { PrimeStore } from '@primes/prime-store';
import type { PrimesInput } from '../input.ts';
import { FORMATS, encode } from './formats.ts';
import { ResultMetrics } from './metrics.ts';
import { createOpenSlices } from './open-slices.ts';

/** Reads primes from the store, without a worker. */
export const resultReader: ResultReaderFactory<PrimesInput> = {
  formats: FORMATS,
  open({ redis, keyPrefix, registry, log, recompute }) {
    const store = new PrimeStore(redis(), { prefix: keyPrefix });
    const openSlices = createOpenSlices({ store, metrics: new ResultMetrics(registry), log, recompute });
    return {
      length: ({ input }) => input.n,
      async read({ input: { n } }, { page, format, client }) {
        return encode(format.mediaType, await openSlices(n, page, client));
      },
    };
  },
};
