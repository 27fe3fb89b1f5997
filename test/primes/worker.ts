import { randomUUID } from 'node:crypto';
import { primes, type PrimesCounts, type PrimesInput } from '@primes/primes';
import { runner } from '@primes/primes/run';
import type { TaskSpec } from '@primes/contracts';
import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { testRedisUrl } from '@primes/testing';
import type { JobsOptions } from 'bullmq';
import { openQueue, type Runs } from '../../services/worker/test/fixture.ts';

export type Primes = Awaited<ReturnType<typeof openPrimes>>;

// The type and the runner belong to one job, which the types do not express.
const PRIMES = { type: primes, runner, env: { SIEVE_THREADS: '2' } } as unknown as Runs<PrimesCounts>;

/** A queue and a store of primes. */
export async function openPrimes({ url = testRedisUrl() } = {}) {
  const opened = await openQueue<PrimesCounts>(PRIMES, url);
  const { redis, prefix } = opened;
  const keys = new StoreKeys(prefix);
  const leases = new SegmentLeases(redis, { prefix });
  return {
    ...opened,
    keys,
    store: new PrimeStore(redis, { prefix }),
    leases,
    add: (task: Partial<PrimesInput & TaskSpec> & Pick<PrimesInput, 'n'>, options: JobsOptions = {}) =>
      opened.add({ fresh: false, ...task }, options),
    /** Segments in the manifest. */
    stored: () => redis.hlen(keys.manifest),
    /** The keys of all leases that are held. */
    heldLeases: () => redis.keys(keys.lease(0).replace(/0$/, '*')),
    /** Leases the segment until the returned function is called, so that tasks that need it cannot end. */
    async hold(segment: number): Promise<() => Promise<void>> {
      const owner = randomUUID();
      const { claimed } = await leases.claim([segment], { owner, ttlMs: 600_000 });
      if (claimed.length === 0) throw new Error(`Segment ${segment} is not free`);
      return () => leases.release([segment], owner);
    },
  };
}
