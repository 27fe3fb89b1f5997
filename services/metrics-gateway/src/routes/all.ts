import type { AllMetrics } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { cacheStats } from './cache-stats.ts';
import { health } from './health.ts';
import { performanceStats } from './performance.ts';
import { redisStats } from './redis-stats.ts';
import { summary } from './summary.ts';
import { taskStats } from './task-stats.ts';

export function all(samplers: Samplers): AllMetrics {
  return {
    health: health(samplers),
    summary: summary(samplers),
    cache_stats: cacheStats(samplers),
    task_stats: taskStats(samplers),
    redis_stats: redisStats(samplers),
    performance: performanceStats(samplers),
  };
}
