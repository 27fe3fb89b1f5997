import { setTimeout as delay } from 'node:timers/promises';
import type { JobType, TaskRunnerFactory } from '@primes/contracts';
import {
  Readiness,
  listen,
  publishRegistry,
  queueRedis,
  runService,
  storeRedis,
  withVariables,
} from '@primes/service-kit';
import type * as z from 'zod';
import { createApp } from './app.ts';
import { workerConfig } from './config.ts';
import { Consumer } from './consumer.ts';
import { IdleWatch } from './idle-watch.ts';
import { publishReport } from './report.ts';
import { WorkerMetrics } from './metrics.ts';

const service = 'worker';

/** The worker process: runs tasks of one job type until shutdown. */
export async function runWorker<Input extends object, Returned, Variables extends z.ZodRawShape>(
  type: JobType<Input>,
  runners: TaskRunnerFactory<Input, Returned, Variables>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const options = {
    service,
    metricPrefix: type.metricPrefix,
    schema: withVariables(workerConfig, runners.variables),
    portVariable: 'WORKER_PORT',
    env,
  };

  await runService(options, async ({ config, log, lifecycle, registry, port, connections, liveness }) => {
    const metrics = new WorkerMetrics(registry, type.metricPrefix);
    const redis = connections.background(queueRedis(config));
    const publishing = { redis, prefix: config.QUEUE_PREFIX, service, log, lifecycle };
    publishRegistry(registry, publishing);

    const readiness = new Readiness();
    readiness.add('redis', () => connections.ready, { gate: false });
    const server = await listen(createApp({ readiness, liveness, registry }, log), port);
    lifecycle.onClose('http', () => server.close({ lingerMs: 0, deadlineMs: 500 }));
    lifecycle.onClose('final scrape', () => delay(config.FINAL_SCRAPE_WAIT_MS));
    const runner = await runners.open({
      config,
      redis: () => connections.background(storeRedis(config)),
      keyPrefix: config.STORE_PREFIX,
      registry,
      log,
    });
    lifecycle.onClose('job', async () => runner.close?.());
    const idle = new IdleWatch(config.WORKER_EXIT_WHEN_IDLE_SECONDS, () => {
      lifecycle.stop('idle');
    });
    const consumer = new Consumer(type, { runner, redis, liveness, metrics, idle, log, config });
    publishReport(consumer, config.WORKER_CONCURRENCY, publishing);
    lifecycle.onClose('consumer', async () => {
      readiness.stop();
      await consumer.close();
    });
    await consumer.ready();
    log.info({ port: server.port, concurrency: config.WORKER_CONCURRENCY }, 'ready for tasks');
  });
}
