import type { TaskStats } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function taskStats({ queue }: Samplers): TaskStats {
  const sample = fresh(queue);
  const { counts, counters } = sample.value;
  return {
    pending: counts.waiting + counts.prioritized + counts.delayed,
    processing: counts.active,
    done: counters.completed,
    failed: counters.failed,
    cancelled: counters.cancelled,
    total: counters.started,
    ...sampleAge(sample),
  };
}
