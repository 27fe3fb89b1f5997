import * as z from 'zod';
import { mergeShapes } from './merge-shapes.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const percent = z.number().min(0).max(100);
const upDown = z.enum(['up', 'down', 'disabled']);

/** Every response of the metrics API contains the age of its sample. */
const sampleAge = { sample_age_seconds: z.number().min(0) };

export const MetricsHealthSchema = z
  .strictObject({ status: z.enum(['healthy', 'unhealthy']), redis: upDown, prometheus: upDown })
  .meta({ id: 'MetricsHealth' });
export type MetricsHealth = z.infer<typeof MetricsHealthSchema>;

/** What the summary shows whatever the job. */
const METRICS_SUMMARY = {
  active_tasks: count,
  queued_tasks: count.meta({ description: 'Waiting, prioritized and delayed' }),
  demand: count.meta({ description: 'Tasks that workers could run now: due and not paused' }),
  demand_and_in_flight: count.meta({ description: 'The scaling metric: demand plus active tasks' }),
  paused: z.boolean(),
  oldest_waiting_seconds: z.number().min(0),
  ...sampleAge,
};
/** It has the job's fields too. */
export type Summary = z.infer<z.ZodObject<typeof METRICS_SUMMARY>>;

export const CacheStatsSchema = z
  .strictObject({
    hits: count,
    misses: count,
    hit_rate_percent: percent,
    miss_rate_percent: percent,
    ...sampleAge,
  })
  .meta({ id: 'CacheStats', description: 'Since installation' });
export type CacheStats = z.infer<typeof CacheStatsSchema>;

export const TaskStatsSchema = z
  .strictObject({
    pending: count.meta({ description: 'Now, including recomputations for readers' }),
    processing: count.meta({ description: 'Now' }),
    done: count.meta({ description: 'Since installation' }),
    failed: count,
    cancelled: count,
    total: count.meta({ description: 'Submitted since installation: the exact sum of the others' }),
    ...sampleAge,
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
    ...sampleAge,
  })
  .meta({ id: 'RedisStats' });
export type RedisStats = z.infer<typeof RedisStatsSchema>;

const MetricValueSchema = z.strictObject({
  name: z.string(),
  labels: z.record(z.string(), z.union([z.string(), z.number()])),
  value: z.number().nullable().meta({ description: 'null for NaN or infinity' }),
});

export const PerformanceSchema = z
  .strictObject({
    processes: count.meta({ description: 'Number of processes that have published a registry recently' }),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        help: z.string(),
        type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
        values: z.array(MetricValueSchema),
      }),
    ),
    ...sampleAge,
  })
  .meta({ id: 'Performance', description: 'The Prometheus registries of all processes, aggregated' });
export type Performance = z.infer<typeof PerformanceSchema>;

/** The history of the queue that the gateway keeps. */
export const HISTORY = { intervalSeconds: 5, maxMinutes: 30 } as const;

const HistoryPointSchema = z.strictObject({
  time: z.iso.datetime(),
  depth: count.meta({ description: 'Waiting tasks' }),
  demand: count,
  in_flight: count.meta({ description: 'Running tasks' }),
  workers: count,
  started: count.meta({ description: 'Tasks submitted since the point before' }),
  ended: count.meta({ description: 'Tasks that ended since the point before, with any outcome' }),
  failed: count.meta({ description: 'Tasks that failed since the point before' }),
});
export type HistoryPoint = z.infer<typeof HistoryPointSchema>;

export const HistorySchema = z
  .strictObject({
    interval_seconds: count.meta({ description: 'Between two points; more after an outage' }),
    points: z.array(HistoryPointSchema).meta({ description: 'From the oldest to the newest' }),
    ...sampleAge,
  })
  .meta({ id: 'MetricsHistory' });
export type MetricsHistory = z.infer<typeof HistorySchema>;

/** The answers that are the same for every job, by their paths below /api/metrics/. */
const ANSWERS = {
  health: MetricsHealthSchema,
  'cache-stats': CacheStatsSchema,
  'task-stats': TaskStatsSchema,
  'redis-stats': RedisStatsSchema,
  performance: PerformanceSchema,
  history: HistorySchema,
} as const;

/** Path below /api/metrics/ → the schema of its answer, for a job that shows `sampled` in the summary. */
export function metricsApi<Sampled extends z.ZodRawShape>(job: Sampled) {
  const summary = z.strictObject(mergeShapes(job, METRICS_SUMMARY)).meta({ id: 'MetricsSummary' });
  const all = z
    .strictObject({
      health: MetricsHealthSchema,
      summary,
      cache_stats: CacheStatsSchema,
      task_stats: TaskStatsSchema,
      redis_stats: RedisStatsSchema,
      performance: PerformanceSchema,
    })
    .meta({ id: 'AllMetrics' });
  return { ...ANSWERS, summary, all };
}
export type MetricsCall = keyof typeof ANSWERS | 'summary' | 'all';
export const METRICS_CALLS = Object.keys(metricsApi({})) as MetricsCall[];

/** The answer of /api/metrics/all. */
export interface AllMetrics {
  readonly health: MetricsHealth;
  readonly summary: Summary;
  readonly cache_stats: CacheStats;
  readonly task_stats: TaskStats;
  readonly redis_stats: RedisStats;
  readonly performance: Performance;
}
