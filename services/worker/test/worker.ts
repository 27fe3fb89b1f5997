import { Writable } from 'node:stream';
import { PrimeStore, SegmentLeases } from '@primes/prime-store';
import { RedisConnections, createRegistry, parseConfig, redisOperations } from '@primes/service-kit';
import { SievePool } from '@primes/sieve';
import { pino } from 'pino';
import { workerConfig } from '../src/config.ts';
import { Consumer } from '../src/consumer.ts';
import { IdleWatch } from '../src/idle-watch.ts';
import { ManifestCache } from '../src/manifest-cache.ts';
import { WorkerMetrics } from '../src/metrics.ts';
import { SegmentMemory } from '../src/segment-memory.ts';
import { TransitionLog } from '../src/transition-log.ts';
import type { Place } from './place.ts';

export type TestWorker = Awaited<ReturnType<typeof startWorker>>;
export type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

const ENDS = new Set(['task done', 'task failed', 'task cancelled']);

/** What main.ts builds, in this process and without HTTP, with two threads unless told otherwise. */
export async function startWorker(
  place: Pick<Place, 'url' | 'prefix' | 'workers'>,
  env: NodeJS.ProcessEnv = {},
) {
  const lines: Line[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Line);
      done();
    },
  });
  const log = pino({ level: 'info' }, sink);
  const config = parseConfig(workerConfig, {
    REDIS_URL: place.url,
    QUEUE_PREFIX: place.prefix,
    STORE_PREFIX: place.prefix,
    SIEVE_THREADS: '2',
    ...env,
  });
  const registry = createRegistry('worker');
  const metrics = new WorkerMetrics(registry);
  const connections = new RedisConnections({
    service: 'worker',
    commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
    observe: redisOperations(registry),
    log,
  });
  const redis = connections.background(config.REDIS_URL);
  const storeRedis = connections.background(config.STORE_REDIS_URL ?? config.REDIS_URL);
  const prefix = { prefix: config.STORE_PREFIX };
  const store = new PrimeStore(storeRedis, prefix);
  const pool = new SievePool({ threads: config.SIEVE_THREADS });
  const consumer = new Consumer({
    redis,
    store,
    leases: new SegmentLeases(storeRedis, prefix),
    pool,
    memory: new SegmentMemory(),
    leaseMs: config.LEASE_MS,
    manifests: new ManifestCache(store, storeRedis),
    metrics,
    transitions: new TransitionLog(log),
    idle: new IdleWatch(0, () => undefined),
    log,
    config,
  });
  await consumer.ready();
  const linesOf = ({ id }: { readonly id?: string | undefined }) =>
    lines.filter((line) => line['task_id'] === id);
  place.workers.add({
    async told(job) {
      if (!ENDS.has(linesOf(job).at(-1)?.msg ?? '')) throw new Error('It has not told of the end');
      // Behind what it has sent when it told.
      await redis.ping();
    },
  });

  return {
    consumer,
    registry,
    /** The lines that tell of one task, in order. */
    linesOf,
    /** The value of one series of a counter or gauge. */
    async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
      const metric = await registry.getSingleMetric(name)?.get();
      const series = metric?.values.find((value) =>
        Object.entries(labels).every(([label, expected]) => value.labels[label] === expected),
      );
      if (!series) throw new Error(`There is no ${name} ${JSON.stringify(labels)}`);
      return series.value;
    },
    /** SIGTERM: hands over what it works on. */
    stop: () => consumer.close(),
    async [Symbol.asyncDispose]() {
      await consumer.close();
      await pool.close();
      connections.close();
    },
  };
}
