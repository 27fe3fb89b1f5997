import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { PrimeStore, SegmentLeases } from '@primes/prime-store';
import {
  Readiness,
  connectRedis,
  createRegistry,
  listen,
  publishRegistry,
  runService,
} from '@primes/service-kit';
import { SievePool } from '@primes/sieve';
import { createApp } from './app.ts';
import { workerConfig } from './config.ts';
import { Consumer } from './consumer.ts';
import { IdleWatch } from './idle-watch.ts';
import { ManifestCache } from './manifest-cache.ts';
import { WorkerMetrics } from './metrics.ts';
import { SegmentMemory } from './segment-memory.ts';
import { TransitionLog } from './transition-log.ts';

const service = 'worker';

await runService({ service, schema: workerConfig, env: process.env }, async ({ config, log, lifecycle }) => {
  const registry = createRegistry(service);
  const metrics = new WorkerMetrics(registry);
  const port = { host: config.HOST, port: config.WORKER_PORT, variable: 'WORKER_PORT' };
  const connections = await connectRedis(config, { service, registry, log, lifecycle, port });
  const redis = connections.background(config.REDIS_URL);
  const storeRedis = connections.background(config.STORE_REDIS_URL ?? config.REDIS_URL);
  const prefix = { prefix: config.STORE_PREFIX };
  const store = new PrimeStore(storeRedis, prefix);
  publishRegistry(registry, { redis, prefix: config.QUEUE_PREFIX, service, log, lifecycle });

  const readiness = new Readiness();
  readiness.add('redis', () => connections.ready, { gate: false });
  const app = createApp(readiness, registry, log);
  const server = await listen(app, port);
  lifecycle.onClose('http', () => server.close({ lingerMs: 0, deadlineMs: 500 }));
  lifecycle.onClose('final scrape', () => delay(config.FINAL_SCRAPE_WAIT_MS));

  const pool = new SievePool({ threads: config.SIEVE_THREADS || availableParallelism() });
  lifecycle.onClose('threads', () => pool.close());
  const leases = new SegmentLeases(storeRedis, prefix);
  const manifests = new ManifestCache(store, storeRedis);
  const transitions = new TransitionLog(log);
  const memory = new SegmentMemory();
  const engine = { store, leases, pool, memory, manifests, leaseMs: config.LEASE_MS };
  const idle = new IdleWatch(config.WORKER_EXIT_WHEN_IDLE_SECONDS, () => {
    lifecycle.stop('idle');
  });
  const consumer = new Consumer({ ...engine, redis, metrics, transitions, idle, log, config });
  lifecycle.onClose('consumer', async () => {
    readiness.stop();
    await consumer.close();
  });
  await consumer.ready();
  log.info({ port: server.port, threads: pool.size, concurrency: config.WORKER_CONCURRENCY }, 'taking tasks');
});
