import { Writable } from 'node:stream';
import {
  Liveness,
  RedisConnections,
  createRegistry,
  parseConfig,
  queueRedis,
  redisOperations,
  storeRedis,
  withVariables,
} from '@primes/service-kit';
import { expect } from '@jest/globals';
import { pino } from 'pino';
import { workerConfig } from '../src/config.ts';
import { Consumer } from '../src/consumer.ts';
import { IdleWatch } from '../src/idle-watch.ts';
import { WorkerMetrics } from '../src/metrics.ts';
import type { Fixture, Runs } from './fixture.ts';

export type TestWorker = Awaited<ReturnType<typeof startWorker>>;
export type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

const DEBUG = pino.levels.values['debug'];
const ENDS = new Set(['task completed', 'task failed', 'task cancelled']);

/** A worker in this process, without HTTP. */
export async function startWorker(
  fixture: Pick<Fixture, 'env' | 'workers'> & { readonly runs: Runs<unknown> },
  env: NodeJS.ProcessEnv = {},
) {
  const { type, runner: factory } = fixture.runs;
  const lines: Line[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Line);
      done();
    },
  });
  // The start of a task is logged at this level.
  const log = pino({ level: 'debug' }, sink);
  const config = parseConfig(withVariables(workerConfig, factory.variables), {
    ...fixture.env,
    ...fixture.runs.env,
    ...env,
  });
  const registry = createRegistry('worker');
  const metrics = new WorkerMetrics(registry, type.metricPrefix);
  const connections = new RedisConnections({
    service: 'worker',
    commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
    observe: redisOperations(registry),
    log,
  });
  const redis = connections.background(queueRedis(config));
  const runner = await factory.open({
    config,
    redis: () => connections.background(storeRedis(config)),
    keyPrefix: config.STORE_PREFIX,
    registry,
    log,
  });
  const stopped = new AbortController();
  const liveness = new Liveness(config, {
    metricPrefix: type.metricPrefix,
    connections,
    registry,
    log,
    signal: stopped.signal,
  });
  const idle = new IdleWatch(0, () => undefined);
  const consumer = new Consumer(type, { runner, redis, liveness, metrics, idle, log, config });
  await consumer.ready();
  const linesOf = ({ id }: { readonly id?: string | undefined }) =>
    lines.filter((line) => line['task_id'] === id);
  fixture.workers.add({
    async hasLogged(job) {
      if (!ENDS.has(linesOf(job).at(-1)?.msg ?? '')) throw new Error('The end is not logged');
      // Waits for the commands that it sent before it logged.
      await redis.ping();
    },
  });

  return {
    consumer,
    liveness,
    /** All log lines. */
    lines,
    registry,
    /** The lines about a task, in order. */
    linesOf,
    /**
     * The messages that are not about a task, and no more than one per state change: a worker has four connections to
     * Redis, and each logs its own state.
     */
    processMessages(): string[] {
      const messages = lines
        .filter(({ level }) => level !== DEBUG)
        .map(({ msg }) => msg)
        .filter((msg) => !msg.startsWith('task '));
      expect(messages.length).toBeLessThanOrEqual(messages.includes('redis connection lost') ? 8 : 2);
      return messages;
    },
    /** The value of one series of a counter or gauge. */
    async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
      const metric = await registry.getSingleMetric(name)?.get();
      const series = metric?.values.find((value) =>
        Object.entries(labels).every(([label, expected]) => value.labels[label] === expected),
      );
      if (!series) throw new Error(`No series ${name} ${JSON.stringify(labels)}`);
      return series.value;
    },
    /** Stops as on SIGTERM: hands its tasks over. */
    stop: () => consumer.close(),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await consumer.close();
      await runner.close?.();
      connections.close();
    },
  };
}
