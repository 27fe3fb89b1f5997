import type { Summary } from '@primes/contracts';
import { demandOf } from '../demand.ts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function summary({ queue, store }: Samplers): Summary {
  const tasks = fresh(queue);
  const primes = fresh(store);
  const { counts, paused, oldestWaitingSeconds } = tasks.value;
  const { demand, metric } = demandOf(tasks.value);
  return {
    largest_n: primes.value.cachedPrimes,
    cached_primes: primes.value.cachedPrimes,
    cached_segments: primes.value.segments,
    active_tasks: counts.active,
    queued_tasks: counts.waiting + counts.prioritized + counts.delayed,
    demand,
    demand_and_in_flight: metric,
    paused,
    oldest_waiting_seconds: oldestWaitingSeconds,
    ...sampleAge(tasks, primes),
  };
}
