import type { TaskStats } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function taskStats({ queue }: Samplers): TaskStats {
  const sample = fresh(queue);
  const { pending, processing, completed, failed, cancelled } = sample.value.tally;
  return {
    pending,
    processing,
    done: completed,
    failed,
    cancelled,
    total: pending + processing + completed + failed + cancelled,
    ...sampleAge(sample),
  };
}
