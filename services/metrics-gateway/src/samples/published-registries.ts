import type { Performance } from '@primes/contracts';
import { REGISTRY_TTL_SECONDS, registryIndexKey, registryKey } from '@primes/service-kit';
import type { Redis } from 'ioredis';
import { AggregatorRegistry } from 'prom-client';
import { z } from 'zod';

/** The registries of all processes, added up. */
export type PublishedMetrics = Omit<Performance, 'sample_age_seconds'>;

/** What prom-client's getMetricsAsJSON() gives, once it has been through JSON. */
const RegistrySchema = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
    aggregator: z.enum(['omit', 'sum', 'first', 'min', 'max', 'average']),
    values: z.array(
      z.object({
        metricName: z.string().optional(),
        labels: z.record(z.string(), z.union([z.string(), z.number()])),
        // JSON writes NaN as null, which would add up as 0.
        value: z
          .number()
          .nullable()
          .transform((value) => value ?? NaN),
      }),
    ),
  }),
);
type PublishedRegistry = z.output<typeof RegistrySchema>;

/** Reads what the processes have published lately and forgets the ones that are gone. */
export async function readPublishedMetrics(redis: Redis, queuePrefix: string): Promise<PublishedMetrics> {
  const index = registryIndexKey(queuePrefix);
  const [, instances] = await Promise.all([
    redis.zremrangebyscore(index, '-inf', Date.now() - REGISTRY_TTL_SECONDS * 1_000),
    redis.zrange(index, 0, '-1'),
  ]);
  if (instances.length === 0) return { processes: 0, metrics: [] };
  const published = await redis.mget(instances.map((instance) => registryKey(queuePrefix, instance)));
  return aggregate(published.map(parseRegistry).filter((registry) => registry !== undefined));
}

/** Undefined for one that has expired, or that a release wrote which this one cannot read. */
export function parseRegistry(text: string | null): PublishedRegistry | undefined {
  return RegistrySchema.safeParse(parseJson(text ?? '')).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Adds up equal series by prom-client's rules: sums, unless the metric names another way (a gauge that all
 * processes see alike must: see `aggregator` in metrics.ts). The label `service` keeps services apart.
 */
export async function aggregate(registries: readonly PublishedRegistry[]): Promise<PublishedMetrics> {
  const sum = AggregatorRegistry.aggregate([...registries]);
  // As it went in, with other values: prom-client's types leave out the names of a histogram's series.
  const metrics = (await sum.getMetricsAsJSON()) as unknown as PublishedRegistry;
  return {
    processes: registries.length,
    metrics: metrics.map(({ name, help, type, values }) => ({
      name,
      help,
      type,
      values: values.map(({ metricName, labels, value }) => ({
        name: metricName ?? name,
        labels,
        value: Number.isFinite(value) ? value : null,
      })),
    })),
  };
}
