import type { Performance, RedisClient } from '@primes/contracts';
import { readJson, readPublications, registryIndexKey, registryKey } from '@primes/service-kit';
import { AggregatorRegistry } from 'prom-client';
import * as z from 'zod';

/** The registries of all processes, aggregated. */
export type PublishedMetrics = Omit<Performance, 'sample_age_seconds'>;

/** The result of prom-client's getMetricsAsJSON(), parsed from JSON. */
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
        // JSON represents NaN as null, which would count as 0.
        value: z
          .number()
          .nullable()
          .transform((value) => value ?? NaN),
      }),
    ),
  }),
);
type PublishedRegistry = z.output<typeof RegistrySchema>;

/** The registries that processes have published recently. */
export async function readPublishedMetrics(
  redis: RedisClient,
  queuePrefix: string,
): Promise<PublishedMetrics> {
  const publication = { index: registryIndexKey, key: registryKey };
  const published = await readPublications(publication, redis, queuePrefix);
  return aggregate(published.map(parseRegistry).filter((registry) => registry !== undefined));
}

/** Undefined for a registry that has expired, or that another release wrote in another format. */
export function parseRegistry(text: string | null): PublishedRegistry | undefined {
  return readJson(RegistrySchema, text);
}

/**
 * Aggregates equal series by prom-client's rules: sums, unless the metric has another `aggregator` (required for gauges
 * that all processes see, see metrics.ts). The label `service` separates services.
 */
export async function aggregate(registries: readonly PublishedRegistry[]): Promise<PublishedMetrics> {
  const sum = AggregatorRegistry.aggregate([...registries]);
  // The same shape as the input: prom-client's types lack the names of a histogram's series.
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
