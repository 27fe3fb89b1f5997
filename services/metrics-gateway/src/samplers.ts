import { WEBHOOK_QUEUE, type JobType, type SampleSource } from '@primes/contracts';
import { queueRedis, storeRedis, type Liveness, type Logger } from '@primes/service-kit';
import { Queue } from 'bullmq';
import type { GatewayConfig } from './config.ts';
import type { Connections } from './connections.ts';
import { History } from './samples/history.ts';
import { checkPrometheus } from './samples/prometheus-health.ts';
import { readPublishedMetrics, type PublishedMetrics } from './samples/published-registries.ts';
import { QueueChangeListener } from './samples/queue-change-listener.ts';
import { takeQueueSample, type QueueSample } from './samples/queue-sample.ts';
import { parseRedisInfo, type RedisInfo } from './samples/redis-info.ts';
import { Sampler, type SamplerObserver } from './samples/sampler.ts';
import { countWebhooks, type WebhookCounts } from './samples/webhook-counts.ts';

/** Milliseconds between samples of slowly changing data. */
const SLOW_MS = 2_000;
/** The registries are large and are published every 10 s. */
const REGISTRIES_MS = 5_000;

/** Several in an interval of the history, so that each interval has an entry. */
const HISTORY_MS = 1_000;

/** Maximum duration of one sample in milliseconds: a few consecutive commands. */
const MAX_SAMPLE_MS = 10_000;

/** All samplers of the gateway. Each fails and ages independently. */
export interface Samplers {
  readonly queue: Sampler<QueueSample>;
  readonly webhooks: Sampler<WebhookCounts>;
  /** What the job shows in the summary; undefined when it shows nothing. */
  readonly job: Sampler<Readonly<Record<string, number>>> | undefined;
  readonly redis: Sampler<RedisInfo>;
  readonly registries: Sampler<PublishedMetrics>;
  readonly history: Sampler<History>;
  /** Undefined without PROMETHEUS_URL; otherwise fresh while a recent check has succeeded. */
  readonly prometheus: Sampler<true> | undefined;
  readonly close: () => Promise<void>;
}

export interface SamplerDeps {
  readonly type: Pick<JobType<object>, 'name'>;
  readonly sampleSource: SampleSource | undefined;
  readonly connections: Connections;
  readonly liveness: Liveness;
  readonly log: Logger;
  readonly observer: SamplerObserver;
}

export function startSamplers(config: GatewayConfig, deps: SamplerDeps): Samplers {
  const { type, sampleSource, connections, liveness, log, observer } = deps;
  const { QUEUE_PREFIX, STORE_PREFIX, PROMETHEUS_URL } = config;
  const every = (intervalMs: number, name: string, redis = queueRedis(config)) => ({
    intervalMs,
    name,
    log,
    observer,
    loop: liveness.watch(name, { redis, maxIntervalMs: intervalMs + MAX_SAMPLE_MS }),
  });

  // The gateway only reads: the api owns the settings of the queue.
  const settings = { connection: connections.queue, prefix: QUEUE_PREFIX, skipMetasUpdate: true };
  const tasks = new Queue(type.name, settings);
  const callbacks = new Queue(WEBHOOK_QUEUE, settings);
  // The connection logs its errors.
  for (const queue of [tasks, callbacks]) queue.on('error', () => undefined);

  const queue = new Sampler(
    () => takeQueueSample(tasks, connections.queue, QUEUE_PREFIX),
    every(config.SAMPLE_INTERVAL_MS, 'queue'),
  );
  const changes = new QueueChangeListener(connections.events, tasks.toKey('events'), () => {
    queue.request();
  });
  const webhooks = new Sampler(() => countWebhooks(callbacks), every(SLOW_MS, 'webhooks'));
  const job =
    sampleSource &&
    new Sampler(
      () => sampleSource.take(connections.job, STORE_PREFIX),
      every(SLOW_MS, sampleSource.name, storeRedis(config)),
    );
  const redis = new Sampler(
    async () => parseRedisInfo(await connections.queue.info()),
    every(SLOW_MS, 'redis'),
  );
  const registries = new Sampler(
    () => readPublishedMetrics(connections.queue, QUEUE_PREFIX),
    every(REGISTRIES_MS, 'registries'),
  );
  const kept = new History({ redis: connections.queue, queuePrefix: QUEUE_PREFIX, queue });
  const history = new Sampler(() => kept.update(), {
    intervalMs: HISTORY_MS,
    name: 'history',
    log,
    observer,
  });
  const prometheus =
    PROMETHEUS_URL === undefined
      ? undefined
      : new Sampler(() => checkPrometheus(PROMETHEUS_URL), {
          intervalMs: SLOW_MS,
          name: 'prometheus',
          log,
          observer,
        });

  return {
    queue,
    webhooks,
    job,
    redis,
    registries,
    history,
    prometheus,
    async close() {
      for (const sampler of [queue, webhooks, job, redis, registries, history, prometheus]) sampler?.close();
      changes.close();
      await Promise.all([tasks.close(), callbacks.close()]);
    },
  };
}
