import type { MetricsHealth } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';

/** What is up is what has been reached lately. Unhealthy while anything that is configured is down. */
export function health({ queue, prometheus }: Samplers): MetricsHealth {
  const parts = {
    redis: queue.fresh() ? 'up' : 'down',
    prometheus: prometheus === undefined ? 'disabled' : prometheus.fresh() ? 'up' : 'down',
  } as const;
  return { status: Object.values(parts).includes('down') ? 'unhealthy' : 'healthy', ...parts };
}
