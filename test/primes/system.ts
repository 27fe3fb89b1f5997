import { primes } from '@primes/primes';
import type { ServiceProcess } from '@primes/testing';
import { metric, startProcesses, sum } from '../support/system.ts';
import { primesInternals } from './internals.ts';
import { primesClient } from './task-client.ts';

export type PrimesSystem = Awaited<ReturnType<typeof startPrimesSystem>>;

/** A Redis, an api that serves the primes, and access to its internals; tests start workers. */
export async function startPrimesSystem() {
  const system = await startProcesses({ name: primes.name }, {});
  const { redis, queue } = system;
  return Object.assign(
    system,
    primesClient(() => system.api.url),
    primesInternals({ redis, storeRedis: redis, queue }),
    { published: system.published },
  );
}

/** Number of segments that these processes have sieved and stored. */
export async function sieved(workers: readonly ServiceProcess[]): Promise<number> {
  return sum(await Promise.all(workers.map((worker) => metric('prime_segments_sieved_total', worker))));
}
