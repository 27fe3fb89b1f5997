import { z } from 'zod';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const percent = z.number().min(0).max(100);
const upDown = z.enum(['up', 'down', 'disabled']);

/** Every answer of the metrics API says how old the sample is that it was made from. */
const sampled = { sample_age_seconds: z.number().min(0) };

export const MetricsHealthSchema = z
  .strictObject({ status: z.enum(['healthy', 'unhealthy']), redis: upDown, prometheus: upDown })
  .meta({ id: 'MetricsHealth' });
export type MetricsHealth = z.infer<typeof MetricsHealthSchema>;

export const SummarySchema = z
  .strictObject({
    largest_n: count.meta({ description: 'The largest n whose primes are all in the store' }),
    cached_primes: count,
    cached_segments: count,
    active_tasks: count,
    queued_tasks: count.meta({ description: 'Waiting, prioritized and delayed' }),
    demand: count.meta({ description: 'What asks for workers: due and not paused' }),
    demand_and_in_flight: count.meta({ description: 'What workers are scaled by: demand plus active tasks' }),
    paused: z.boolean(),
    oldest_waiting_seconds: z.number().min(0),
    ...sampled,
  })
  .meta({ id: 'MetricsSummary' });
export type Summary = z.infer<typeof SummarySchema>;

export const CacheStatsSchema = z
  .strictObject({
    hits: count,
    misses: count,
    hit_rate_percent: percent,
    miss_rate_percent: percent,
    ...sampled,
  })
  .meta({ id: 'CacheStats', description: 'Per segment, since installation' });
export type CacheStats = z.infer<typeof CacheStatsSchema>;

export const TaskStatsSchema = z
  .strictObject({
    pending: count.meta({ description: 'Now' }),
    processing: count.meta({ description: 'Now' }),
    done: count.meta({ description: 'Since installation' }),
    failed: count,
    cancelled: count,
    total: count.meta({ description: 'Submitted since installation' }),
    ...sampled,
  })
  .meta({ id: 'TaskStats' });
export type TaskStats = z.infer<typeof TaskStatsSchema>;

export const RedisStatsSchema = z
  .strictObject({
    connected: z.boolean(),
    version: z.string(),
    uptime_seconds: count,
    used_memory_bytes: count,
    used_memory_peak_bytes: count,
    max_memory_bytes: count.meta({ description: '0 means no limit' }),
    connected_clients: count,
    commands_processed: count,
    commands_per_second: z.number().min(0),
    keys: count,
    ...sampled,
  })
  .meta({ id: 'RedisStats' });
export type RedisStats = z.infer<typeof RedisStatsSchema>;

const MetricValueSchema = z.strictObject({
  name: z.string(),
  labels: z.record(z.string(), z.union([z.string(), z.number()])),
  value: z.number().nullable().meta({ description: 'null where Prometheus would say NaN or infinity' }),
});

export const PerformanceSchema = z
  .strictObject({
    processes: count.meta({ description: 'How many processes have published a registry lately' }),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        help: z.string(),
        type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
        values: z.array(MetricValueSchema),
      }),
    ),
    ...sampled,
  })
  .meta({ id: 'Performance', description: 'The Prometheus registries of all processes, aggregated' });
export type Performance = z.infer<typeof PerformanceSchema>;

export const AllMetricsSchema = z
  .strictObject({
    health: MetricsHealthSchema,
    summary: SummarySchema,
    cache_stats: CacheStatsSchema,
    task_stats: TaskStatsSchema,
    redis_stats: RedisStatsSchema,
    performance: PerformanceSchema,
  })
  .meta({ id: 'AllMetrics' });
export type AllMetrics = z.infer<typeof AllMetricsSchema>;

/** Path below /api/metrics/ → the schema of its answer. */
export const METRICS_API = {
  health: MetricsHealthSchema,
  summary: SummarySchema,
  'cache-stats': CacheStatsSchema,
  'task-stats': TaskStatsSchema,
  'redis-stats': RedisStatsSchema,
  performance: PerformanceSchema,
  all: AllMetricsSchema,
} as const;
export type MetricsCall = keyof typeof METRICS_API;
