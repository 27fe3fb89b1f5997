import type { Performance } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

export function performanceStats({ registries }: Samplers): Performance {
  const sample = fresh(registries);
  return { ...sample.value, ...sampleAge(sample) };
}
