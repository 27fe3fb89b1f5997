import { Writable } from 'node:stream';
import type { SampleSource, JobType } from '@primes/contracts';
import { createRegistry, Liveness, parseConfig, Readiness, RedisConnections } from '@primes/service-kit';
import { testRedisUrl, uniquePrefix } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { gatewayConfig, SERVICE } from '../src/config.ts';
import { openConnections } from '../src/connections.ts';
import { GatewayMetrics } from '../src/metrics.ts';
import { startSamplers } from '../src/samplers.ts';
import { serveScaler } from '../src/scaler/server.ts';

/** What the gateway samples. */
export interface Sampled {
  readonly type: JobType<object>;
  readonly sampleSource: SampleSource | undefined;
}

/** A gateway as run-gateway.ts builds it, with its own key prefix and free ports, and access to its queue. */
export async function startGateway(
  env: NodeJS.ProcessEnv = {},
  { type, sampleSource }: Sampled = { type: echo, sampleSource: undefined },
) {
  const lines: string[] = [];
  const log = pino(
    { level: 'info' },
    new Writable({
      write(line: Buffer, _encoding, done) {
        lines.push(line.toString());
        done();
      },
    }),
  );
  const prefix = uniquePrefix();
  const config = parseConfig(gatewayConfig, {
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: prefix,
    STORE_PREFIX: prefix,
    HOST: '127.0.0.1',
    // A sample is stale after three intervals, and a busy machine may pause this process for seconds.
    SAMPLE_INTERVAL_MS: '2000',
    REDIS_COMMAND_TIMEOUT_MS: '10000',
    ...env,
  });
  const registry = createRegistry(SERVICE);
  const metrics = new GatewayMetrics(registry, type.metricPrefix);
  const connections = new RedisConnections({
    service: SERVICE,
    commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
    observe: () => undefined,
    log,
  });
  const opened = await openConnections(connections, config);
  const stopped = new AbortController();
  const liveness = new Liveness(config, {
    metricPrefix: type.metricPrefix,
    connections,
    registry,
    log,
    signal: stopped.signal,
  });
  const samplers = startSamplers(config, {
    type,
    sampleSource,
    connections: opened,
    liveness,
    log,
    observer: metrics,
  });
  metrics.show(samplers);
  metrics.autoscaler(config);
  const readiness = new Readiness();
  readiness.add('redis', () => samplers.queue.fresh() !== undefined, { gate: false });
  const app = createApp({ samplers, readiness, liveness, registry, log });
  const scalerDeps = { type, queue: samplers.queue, metrics, log };
  const scaler = await serveScaler({ host: '127.0.0.1', port: 0, variable: 'SCALER_PORT' }, scalerDeps);

  const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
  // Tests stop Redis on purpose.
  redis.on('error', () => undefined);
  const tasks = new Queue(type.name, { connection: redis, prefix });
  tasks.on('error', () => undefined);
  await tasks.waitUntilReady();

  return {
    app,
    registry,
    samplers,
    scaler,
    scalerDeps,
    prefix,
    /** The test's own connection and queue, for the roles of api and worker. */
    redis,
    tasks,
    /** The log lines with this message. */
    logged: (message: string) =>
      lines.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => msg === message),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await scaler.close();
      await samplers.close();
      connections.close();
      await tasks.close();
      redis.disconnect();
    },
  };
}
export type TestGateway = Awaited<ReturnType<typeof startGateway>>;
