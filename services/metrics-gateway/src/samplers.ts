import { TASK_QUEUE, WEBHOOK_QUEUE } from '@primes/contracts';
import { PrimeStore } from '@primes/prime-store';
import type { Logger } from '@primes/service-kit';
import { Queue } from 'bullmq';
import type { GatewayConfig } from './config.ts';
import type { Connections } from './connections.ts';
import { checkPrometheus } from './samples/prometheus-health.ts';
import { readPublishedMetrics, type PublishedMetrics } from './samples/published-registries.ts';
import { QueueBell } from './samples/queue-bell.ts';
import { takeQueueSample, type QueueSample } from './samples/queue-sample.ts';
import { parseRedisInfo, type RedisInfo } from './samples/redis-info.ts';
import { Sampler, type SamplerObserver } from './samples/sampler.ts';
import { countWebhooks, type WebhookCounts } from './samples/webhook-counts.ts';

/** Milliseconds between samples of what changes slowly; each is as old as it says. */
const SLOW_MS = 2_000;
/** The registries are large and are published every 10 s. */
const REGISTRIES_MS = 5_000;

/** What the store holds, from its manifest. */
export interface StoreSample {
  /** The largest n whose primes are all there. */
  readonly cachedPrimes: number;
  readonly segments: number;
}

/** All that the gateway knows. Each part fails and ages on its own. */
export interface Samplers {
  readonly queue: Sampler<QueueSample>;
  readonly webhooks: Sampler<WebhookCounts>;
  readonly store: Sampler<StoreSample>;
  readonly redis: Sampler<RedisInfo>;
  readonly registries: Sampler<PublishedMetrics>;
  /** Undefined when no PROMETHEUS_URL is given; otherwise it is up while a check has succeeded lately. */
  readonly prometheus: Sampler<true> | undefined;
  readonly close: () => Promise<void>;
}

export interface SamplerDeps {
  readonly connections: Connections;
  readonly log: Logger;
  readonly observer: SamplerObserver;
}

export function startSamplers(config: GatewayConfig, { connections, log, observer }: SamplerDeps): Samplers {
  const every = (intervalMs: number, name: string) => ({ intervalMs, name, log, observer });
  const { QUEUE_PREFIX, STORE_PREFIX, PROMETHEUS_URL } = config;

  // The gateway only looks: the queue's own settings are the api's to write.
  const settings = { connection: connections.queue, prefix: QUEUE_PREFIX, skipMetasUpdate: true };
  const tasks = new Queue(TASK_QUEUE, settings);
  const callbacks = new Queue(WEBHOOK_QUEUE, settings);
  // The connection reports its own errors.
  for (const queue of [tasks, callbacks]) queue.on('error', () => undefined);
  const primes = new PrimeStore(connections.store, { prefix: STORE_PREFIX });

  const queue = new Sampler(
    () => takeQueueSample(tasks, connections.queue, QUEUE_PREFIX),
    every(config.SAMPLE_INTERVAL_MS, 'queue'),
  );
  const bell = new QueueBell(connections.events, tasks.toKey('events'), () => {
    queue.request();
  });
  const webhooks = new Sampler(() => countWebhooks(callbacks), every(SLOW_MS, 'webhooks'));
  const store = new Sampler(
    async () => {
      const { cachedPrimes, stored } = await primes.manifest();
      return { cachedPrimes, segments: stored };
    },
    every(SLOW_MS, 'store'),
  );
  const redis = new Sampler(
    async () => parseRedisInfo(await connections.queue.info()),
    every(SLOW_MS, 'redis'),
  );
  const registries = new Sampler(
    () => readPublishedMetrics(connections.queue, QUEUE_PREFIX),
    every(REGISTRIES_MS, 'registries'),
  );
  const prometheus =
    PROMETHEUS_URL === undefined
      ? undefined
      : new Sampler(() => checkPrometheus(PROMETHEUS_URL), every(SLOW_MS, 'prometheus'));

  return {
    queue,
    webhooks,
    store,
    redis,
    registries,
    prometheus,
    async close() {
      for (const sampler of [queue, webhooks, store, redis, registries, prometheus]) sampler?.close();
      bell.close();
      await Promise.all([tasks.close(), callbacks.close()]);
    },
  };
}
