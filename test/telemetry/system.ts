import { type JobData, type JobReturnValue } from '@primes/contracts';
import { primes } from '@primes/primes';
import {
  eventually,
  freePort,
  resourceAttributes,
  startCollector,
  startRedis,
  startService,
  type Engine,
  type ServiceName,
  type ServiceProcess,
} from '@primes/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { primesInternals } from '../primes/internals.ts';
import { primesClient } from '../primes/task-client.ts';
import { startRedisExporter, startTraceStore, startVictoriaMetrics } from './engines.ts';

export type ObservedSystem = Awaited<ReturnType<typeof startObservedSystem>>;
type Environment = Record<string, string>;

/** Two Redis, api, worker and gateway, each with a collector. */
const PROCESSES = 5;

export interface Observed extends ServiceProcess {
  readonly collector: Engine;
}

/**
 * The system as the chart runs it: two Redis with an exporter each, the three services, and for each of the five a
 * collector that sends to one VictoriaMetrics and one trace store. Disposing of the system stops everything.
 */
export async function startObservedSystem(env: Environment = {}) {
  // Disposed of here if the start fails, otherwise with the system.
  await using building = new AsyncDisposableStack();
  let parts = building;
  const metrics = building.use(await startVictoriaMetrics());
  const traces = building.use(await startTraceStore());
  // As in the chart, with a limit: without one, there are no metrics of it.
  const queueRedis = building.use(await startRedis({ appendonly: true, args: ['--maxmemory', '256mb'] }));
  const storeRedis = building.use(await startRedis());
  for (const [service, { url: redisUrl }] of [
    ['redis-queue', queueRedis],
    ['redis-store', storeRedis],
  ] as const) {
    const { url: target } = building.use(await startRedisExporter(redisUrl));
    building.use(await startCollector({ service, target, metrics, traces }));
  }

  /** Number of processes of each service, for unique names. */
  const started = new Map<ServiceName, number>();
  async function start(service: ServiceName, own: Environment = {}): Promise<Observed> {
    const redisUrls = { REDIS_URL: queueRedis.url, STORE_REDIS_URL: storeRedis.url };
    const number = started.get(service) ?? 0;
    started.set(service, number + 1);
    const pod = `${service}-${number}`;
    const otlp = `127.0.0.1:${await freePort()}`;
    const tracing = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlp}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(pod),
    };
    const process = parts.use(await startService(service, { ...redisUrls, ...tracing, ...env, ...own }));
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
    // Tests stop Redis on purpose.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  };
  const redis = connection(queueRedis.url);
  const store = connection(storeRedis.url);
  const queue = new Queue<JobData, JobReturnValue>(primes.name, { connection: redis, skipMetasUpdate: true });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  // A counter that increases before its first scrape shows no rate.
  await eventually(
    async () => {
      const up = await metrics.value('sum(up)');
      if (up !== PROCESSES) throw new Error(`${up} of ${PROCESSES} targets are scraped`);
    },
    { timeoutMs: 20_000 },
  );
  parts = building.move();

  return {
    metrics,
    traces,
    queueRedis,
    /** A client of the queue's Redis. */
    redis,
    gateway,
    api,
    worker,
    scalerPort: gateway.logs.find(({ msg }) => msg === 'listening')?.['scaler_port'] as number,
    start,
    ...primesClient(() => api.url),
    ...primesInternals({ redis, storeRedis: store, queue }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
