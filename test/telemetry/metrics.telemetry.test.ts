import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsCall } from '@primes/contracts';
import { METRICS_API } from '@primes/primes';
import { COLLECTOR_NAMESPACE, SERVICES, eventually } from '@primes/testing';
import { ALERTS, containsNoIds, hasData, usesOnlyExisting, queriesIn } from './queries.ts';
import { startRedisExporter } from './engines.ts';
import { startObservedSystem, type ObservedSystem } from './system.ts';
import { useEverything } from './traffic.ts';

const queries = queriesIn(COLLECTOR_NAMESPACE);

/** Labels that the scrape or the process sets; none contains the id of a task or a request. */
const LABELS = [
  ...['__name__', 'service', 'pod', 'namespace', 'version', 'le', 'quantile'],
  ...[
    'method',
    'endpoint',
    'status',
    'operation',
    'source',
    'outcome',
    'reason',
    'state',
    'sample',
    'rpc',
    'result',
    'loop',
    'trigger',
  ],
  ...['kind', 'type', 'space', 'major', 'minor', 'patch'],
];
/** Metrics that the collector adds for each target. */
const ADDED_BY_SCRAPE = /^(up|scrape_.*)$/;
/** Present only while Node resolves a name or connects. */
const TRANSIENT = 'nodejs_active_requests';

let system: ObservedSystem;
beforeAll(async () => {
  const scaling = { WORKER_MAX_REPLICAS: '4', SCALING_TARGET: '4', SCALING_TRIGGER: 'external-push' };
  system = await startObservedSystem({ WEBHOOK_ALLOWED_HOSTS: 'localhost', ...scaling });
  await useEverything(system);
});
afterAll(() => system[Symbol.asyncDispose]());

async function ask<C extends MetricsCall>(call: C): Promise<ReturnType<(typeof METRICS_API)[C]['parse']>> {
  const response = await fetch(`${system.api.url}/api/metrics/${call}`);
  return METRICS_API[call].parse(await response.json()) as ReturnType<(typeof METRICS_API)[C]['parse']>;
}

describe('the dashboards', () => {
  it.each(queries)('%s has data: %s', (_, expr) => hasData(system.metrics, expr));

  it.each([...queries, ...ALERTS])('%s uses only metrics and labels that exist: %s', (_, expr) =>
    usesOnlyExisting(system.metrics, expr),
  );
});

describe('the series in VictoriaMetrics', () => {
  it.each(SERVICES)('of %s have the names of its /metrics', async (service) => {
    const { url } = { api: system.api, worker: system.worker, 'metrics-gateway': system.gateway }[service];
    const exposition = await (await fetch(`${url}/metrics`)).text();
    const scraped = namesOf(exposition);
    expect(scraped.size).toBeGreaterThan(30);
    await eventually(async () => {
      const stored = await storedNames(service);
      expect(stored).toEqual(expect.arrayContaining([...scraped]));
      // A kind of open request has a sample only while one is open: only an earlier scrape may contain it.
      for (const name of stored) expect(declaredBy(exposition)).toContain(familyOf(name));
    });
  });

  it('of Redis have the names of its exporter', async () => {
    await using exporter = await startRedisExporter(system.queueRedis.url);
    const scraped = namesOf(await (await fetch(`${exporter.url}/metrics`)).text());
    await eventually(async () => {
      expect(await storedNames('redis-queue')).toEqual(expect.arrayContaining(['redis_up', 'redis_db_keys']));
      for (const name of await storedNames('redis-queue')) expect([...scraped]).toContain(name);
    });
  });

  it('identify their process by labels without dots, and have no other labels', async () => {
    const series = await system.metrics.series('{service=~"api|worker|metrics-gateway"}');
    expect(series.length).toBeGreaterThan(200);
    for (const { service, pod, namespace, version } of series) {
      expect({ pod, namespace, version }).toEqual({
        pod: `${service ?? ''}-0`,
        namespace: COLLECTOR_NAMESPACE,
        version: expect.stringMatching(/^\S+$/),
      });
    }
    const labels = new Set(series.flatMap((labels) => Object.keys(labels)));
    for (const label of labels) expect(LABELS).toContain(label);
    expect(await system.metrics.series('{service=""}')).toEqual([]);
  });

  it('contain no id of a task or a request', () => containsNoIds(system.metrics));
});

describe('the JSON metrics API', () => {
  const jobs = (states: string) => `sum(max by (state) (prime_queue_jobs{state=~"${states}"}))`;
  const ended = (status: string) => `sum(prime_task_submissions_total{status="${status}"})`;

  it.each([
    ['task-stats', 'pending', jobs('waiting|prioritized|delayed')],
    ['task-stats', 'processing', jobs('active')],
    ['task-stats', 'done', ended('completed')],
    ['task-stats', 'failed', ended('failed')],
    ['task-stats', 'cancelled', ended('cancelled')],
    ['task-stats', 'total', ended('started')],
    ['cache-stats', 'hits', 'sum(prime_cache_hits_total)'],
    ['cache-stats', 'misses', 'sum(prime_cache_misses_total)'],
    ['summary', 'active_tasks', 'sum(prime_active_computations)'],
    ['summary', 'queued_tasks', jobs('waiting|prioritized|delayed')],
    ['summary', 'demand', 'max(prime_queue_demand)'],
    ['summary', 'oldest_waiting_seconds', 'max(prime_queue_oldest_waiting_seconds)'],
    ['redis-stats', 'max_memory_bytes', 'redis_memory_max_bytes{service="redis-queue"}'],
    ['redis-stats', 'keys', 'sum(redis_db_keys{service="redis-queue"})'],
  ] as const)('%s %s equals the value in VictoriaMetrics', async (call, field, expr) => {
    await eventually(
      async () => {
        const response = (await ask(call)) as Record<string, unknown>;
        expect(await system.metrics.value(expr)).toBe(response[field]);
      },
      { timeoutMs: 15_000, intervalMs: 200 },
    );
  });

  // These values change between the two readings, and the exporter is itself a client.
  it.each([
    ['used_memory_bytes', 'redis_memory_used_bytes', { share: 0.1 }],
    ['used_memory_peak_bytes', 'redis_memory_used_peak_bytes', { share: 0.1 }],
    ['commands_processed', 'redis_commands_processed_total', { share: 0.1 }],
    ['connected_clients', 'redis_connected_clients', { difference: 2 }],
    ['uptime_seconds', 'redis_uptime_in_seconds', { difference: 4 }],
  ] as const)('redis-stats %s is close to the value in VictoriaMetrics', async (field, metric, near) => {
    const { share = 0, difference = 0 }: { share?: number; difference?: number } = near;
    await eventually(
      async () => {
        const { [field]: returned } = await ask('redis-stats');
        const stored = await system.metrics.value(`${metric}{service="redis-queue"}`);
        expect(Math.abs(stored - returned)).toBeLessThanOrEqual(difference + share * returned);
      },
      { timeoutMs: 15_000, intervalMs: 200 },
    );
  });

  it('performance sums the same counters', async () => {
    await eventually(
      async () => {
        const { metrics } = await ask('performance');
        const counters = metrics.filter(
          ({ name, type }) => type === 'counter' && /^prime_(?!scaler|sample)/.test(name),
        );
        expect(counters.length).toBeGreaterThan(6);
        for (const { name, values } of counters) {
          const sum = values.reduce((sum, { value }) => sum + (value ?? NaN), 0);
          expect([name, await system.metrics.value(`sum(${name})`)]).toEqual([name, sum]);
        }
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
  });
});

async function storedNames(service: string): Promise<string[]> {
  const series = await system.metrics.series(`{service="${service}"}`);
  const names = new Set(series.map(({ __name__: name = '' }) => name));
  return [...names].filter((name) => !ADDED_BY_SCRAPE.test(name) && name !== TRANSIENT).toSorted();
}

/** The metrics that an exposition declares, including those without a sample. */
function declaredBy(exposition: string): string[] {
  return Array.from(exposition.matchAll(/^# TYPE (\w+)/gm), ([, name = '']) => name);
}

/** The metric of a sample. */
function familyOf(sample: string): string {
  return sample.replace(/_(bucket|sum|count)$/, '');
}

/** The names of the samples in an exposition. */
function namesOf(exposition: string): Set<string> {
  const names = Array.from(exposition.matchAll(/^(\w+)(?=[{ ])/gm), ([, name = '']) => name);
  return new Set(names.filter((name) => name !== TRANSIENT));
}
