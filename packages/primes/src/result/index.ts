import type { ResultReaderFactory } from '@primes/contracts';
import { PrimeStore } from '@primes/prime-store';
import type { PrimesInput } from '../input.ts';
import { ManifestCache } from '../manifest-cache.ts';
import { FORMATS, encode } from './formats.ts';
import { ResultMetrics } from './metrics.ts';
import { createOpenSlices } from './open-slices.ts';

/** Reads primes from the store, without a worker. */
export const resultReader: ResultReaderFactory<PrimesInput> = {
  formats: FORMATS,
  open({ redis, keyPrefix, registry, log, recompute }) {
    const storeRedis = redis();
    const store = new PrimeStore(storeRedis, { prefix: keyPrefix });
    const manifests = new ManifestCache(store, storeRedis);
    const metrics = new ResultMetrics(registry);
    const openSlices = createOpenSlices({ store, manifests, metrics, log, recompute });
    return {
      length: ({ input }) => input.n,
      async read({ input: { n } }, { page, format, client }) {
        return encode(format.mediaType, await openSlices(n, page, client));
      },
    };
  },
};
