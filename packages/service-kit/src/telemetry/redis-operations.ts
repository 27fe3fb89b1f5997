import { Counter, type Registry } from 'prom-client';
import type { CommandObserver } from '../redis-rules.ts';

/** redis_operations_total{operation,status}: all commands of this process, by name and outcome. */
export function redisOperations(registry: Registry): CommandObserver {
  const counter = new Counter({
    name: 'redis_operations_total',
    help: 'Redis commands by name and outcome',
    labelNames: ['operation', 'status'] as const,
    registers: [registry],
  });
  const seen = new Set<string>();
  return (operation, status) => {
    // rate() misses the first error of a counter that does not exist before it.
    if (!seen.has(operation)) counter.inc({ operation, status: 'error' }, 0);
    seen.add(operation);
    counter.inc({ operation, status });
  };
}
