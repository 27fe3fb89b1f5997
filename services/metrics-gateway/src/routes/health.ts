import type { MetricsHealth } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';

/** A dependency is up while its sample is fresh. Unhealthy while a configured one is down. */
export function health({ queue, prometheus }: Samplers): MetricsHealth {
  const parts = {
    redis: queue.fresh() ? 'up' : 'down',
    prometheus: prometheus === undefined ? 'disabled' : prometheus.fresh() ? 'up' : 'down',
  } as const;
  return { status: Object.values(parts).includes('down') ? 'unhealthy' : 'healthy', ...parts };
}
