import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { testRedisUrl, uniquePrefix } from '@primes/testing';
import { Redis } from 'ioredis';

/** A store with its own prefix; disposing of it removes its keys. */
export function openStore() {
  const prefix = uniquePrefix();
  const redis = new Redis(testRedisUrl());
  const keys = new StoreKeys(prefix);
  return {
    redis,
    prefix,
    keys,
    store: new PrimeStore(redis, { prefix }),
    leases: new SegmentLeases(redis, { prefix }),
    /** Segments in the manifest. */
    stored: () => redis.hlen(keys.manifest),
    /** The keys of all leases that are held. */
    heldLeases: () => redis.keys(keys.lease(0).replace(/0$/, '*')),
    async [Symbol.asyncDispose]() {
      const own = await redis.keys(`${prefix}*`);
      if (own.length > 0) await redis.unlink(own);
      await redis.quit();
    },
  };
}
