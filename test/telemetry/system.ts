import { TASK_QUEUE, type JobData, type JobResult } from '@primes/contracts';
import {
  eventually,
  freePort,
  startRedis,
  startService,
  type ServiceName,
  type ServiceProcess,
} from '@primes/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { behind } from '../support/behind.ts';
import { taskClient } from '../support/task-client.ts';
import type { Engine } from './engine.ts';
import {
  startCollector,
  startRedisExporter,
  resourceAttributes,
  startTraceStore,
  startVictoriaMetrics,
} from './engines.ts';

export type ObservedSystem = Awaited<ReturnType<typeof startObservedSystem>>;
type Environment = Record<string, string>;

/** Two Redis, api, worker and gateway: each has a collector. */
const PROCESSES = 5;

export interface Observed extends ServiceProcess {
  readonly collector: Engine;
}

/**
 * The service as the chart runs it, seen from outside: two Redis with an exporter each, the three processes, and beside
 * each of the five a collector that sends to one VictoriaMetrics and one store of traces. All of it ends with the
 * system.
 */
export async function startObservedSystem(env: Environment = {}) {
  // Disposed of here if the start fails half-way, else with the system.
  await using building = new AsyncDisposableStack();
  let parts = building;
  const metrics = building.use(await startVictoriaMetrics());
  const traces = building.use(await startTraceStore());
  const queueRedis = building.use(await startRedis({ appendonly: true }));
  const storeRedis = building.use(await startRedis());
  for (const [service, { url: redisUrl }] of [
    ['redis-queue', queueRedis],
    ['redis-store', storeRedis],
  ] as const) {
    const { url: target } = building.use(await startRedisExporter(redisUrl));
    building.use(await startCollector({ service, target, metrics, traces }));
  }

  /** How many of each, so that each has a name of its own. */
  const started = new Map<ServiceName, number>();
  async function start(service: ServiceName, own: Environment = {}): Promise<Observed> {
    const place = { REDIS_URL: queueRedis.url, STORE_REDIS_URL: storeRedis.url };
    const number = started.get(service) ?? 0;
    started.set(service, number + 1);
    const pod = `${service}-${number}`;
    const otlp = `127.0.0.1:${await freePort()}`;
    const tracing = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlp}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(pod),
    };
    const process = parts.use(await startService(service, { ...place, ...tracing, ...env, ...own }));
    const collector = parts.use(
      await startCollector({ service, pod, target: process.url, metrics, traces, otlp }),
    );
    return Object.assign(process, { collector });
  }

  const gateway = await start('metrics-gateway', { PROMETHEUS_URL: metrics.url });
  const api = await start('api', { METRICS_GATEWAY_URL: gateway.url });
  const worker = await start('worker');

  const connection = (url: string) => {
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    // Tests that stop Redis mean it.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  };
  const redis = connection(queueRedis.url);
  const store = connection(storeRedis.url);
  const queue = new Queue<JobData, JobResult>(TASK_QUEUE, { connection: redis, skipMetasUpdate: true });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  // Counters that have moved before they are first scraped show no rate.
  await eventually(
    async () => {
      const up = await metrics.value('sum(up)');
      if (up !== PROCESSES) throw new Error(`${up} of ${PROCESSES} are scraped`);
    },
    { timeoutMs: 20_000 },
  );
  parts = building.move();

  return {
    metrics,
    traces,
    queueRedis,
    gateway,
    api,
    worker,
    scalerPort: gateway.logs.find(({ msg }) => msg === 'listening')?.['scaler_port'] as number,
    start,
    ...taskClient(() => api.url),
    ...behind({ redis, storeRedis: store, queue }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
