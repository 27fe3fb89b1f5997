import type { Summary } from '@primes/contracts';
import { demandOf } from '../demand.ts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function summary({ queue, job }: Samplers): Summary {
  const tasks = fresh(queue);
  const sampled = job && fresh(job);
  const { counts, paused, oldestWaitingSeconds } = tasks.value;
  const { demand, metric } = demandOf(tasks.value);
  return {
    ...sampled?.value,
    active_tasks: counts.active,
    queued_tasks: counts.waiting + counts.prioritized + counts.delayed,
    demand,
    demand_and_in_flight: metric,
    paused,
    oldest_waiting_seconds: oldestWaitingSeconds,
    ...sampleAge(tasks, ...(sampled ? [sampled] : [])),
  };
}
