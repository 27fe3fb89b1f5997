import { Counter, type Registry } from 'prom-client';
import type { CommandObserver } from '../redis.ts';

/** redis_operations_total{operation,status}: every command of this process, by name and outcome. */
export function redisOperations(registry: Registry): CommandObserver {
  const counter = new Counter({
    name: 'redis_operations_total',
    help: 'Redis commands by name and outcome',
    labelNames: ['operation', 'status'] as const,
    registers: [registry],
  });
  return (operation, status) => {
    counter.inc({ operation, status });
  };
}
