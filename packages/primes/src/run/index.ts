import { availableParallelism } from 'node:os';
import type { TaskRunnerFactory } from '@primes/contracts';
import { PrimeStore, SegmentLeases } from '@primes/prime-store';
import { RejectionLog, field } from '@primes/service-kit';
import { SievePool } from '@primes/sieve';
import type { PrimesCounts } from '../counts.ts';
import type { PrimesInput } from '../input.ts';
import { ManifestCache } from '../manifest-cache.ts';
import { defaultThreads } from './default-threads.ts';
import { RunMetrics } from './metrics.ts';
import { PrimesRunner } from './runner.ts';
import { SegmentMemory } from './segment-memory.ts';

const variables = {
  SIEVE_THREADS: field.integer(
    { min: 0, max: 256, default: 0 },
    'Number of sieve threads; 0: one per CPU, and at most one per 16 MiB of the memory limit beyond 192 MiB',
  ),
  LEASE_MS: field.integer(
    // Renewed three times per lease: a shorter lease would cost Redis more than it saves.
    { min: 1_000, max: 600_000, default: 5_000 },
    'Time after which the lease of a segment expires if its worker does not renew it',
  ),
};

/** Sieves the segments that a task needs and the store lacks. */
export const runner: TaskRunnerFactory<PrimesInput, PrimesCounts, typeof variables> = {
  variables,
  open({ config, redis, keyPrefix: prefix, registry, log }) {
    const storeRedis = redis();
    const store = new PrimeStore(storeRedis, { prefix });
    const rejections = new RejectionLog(log.child({ redis: 'store' }));
    const pool = new SievePool({
      threads: config.SIEVE_THREADS || defaultThreads(availableParallelism(), process.constrainedMemory()),
    });
    log.debug({ threads: pool.size }, 'sieve threads started');
    return new PrimesRunner({
      store,
      leases: new SegmentLeases(storeRedis, { prefix }),
      pool,
      memory: new SegmentMemory(),
      manifests: new ManifestCache(store, storeRedis),
      rejections,
      leaseMs: config.LEASE_MS,
      metrics: new RunMetrics(registry),
    });
  },
};
