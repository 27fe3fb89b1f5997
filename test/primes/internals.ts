import { randomUUID } from 'node:crypto';
import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { eventually } from '@primes/testing';
import type { Redis } from 'ioredis';
import { internals, type Engines } from '../support/internals.ts';

/** Access to the jobs, the store and the counters of the api, and a way to block work. */
export function primesInternals({ redis, storeRedis, queue }: Engines & { readonly storeRedis: Redis }) {
  const keys = new StoreKeys();
  return {
    ...internals({ redis, queue }),
    store: new PrimeStore(storeRedis),
    /** Number of segments in the manifest. */
    stored: () => storeRedis.hlen(keys.manifest),
    /** Waits until this many segments are stored: work has started. */
    async storedAtLeast(segments: number): Promise<void> {
      await eventually(
        async () => {
          const stored = await storeRedis.hlen(keys.manifest);
          if (stored < segments) throw new Error(`${stored} of ${segments} segments`);
        },
        { timeoutMs: 30_000, intervalMs: 5 },
      );
    },
    hold: (from: number, to = from) => holdSegments(storeRedis, from, to),
  };
}

/** Blocks workers from the segments `from`…`to` until the returned function is called. */
export async function holdSegments(redis: Redis, from: number, to = from): Promise<() => Promise<void>> {
  const leases = new SegmentLeases(redis);
  const owner = randomUUID();
  const segments = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const { claimed } = await leases.claim(segments, { owner, ttlMs: 600_000, most: segments.length });
  if (claimed.length < segments.length) throw new Error(`Some of ${from}…${to} are not free`);
  return () => leases.release(segments, owner);
}
