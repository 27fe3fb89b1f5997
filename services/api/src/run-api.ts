import type { JobType, ResultReaderFactory } from '@primes/contracts';
import { publishRegistry, queueRedis, runService, storeRedis, withVariables } from '@primes/service-kit';
import { createAuth } from './auth/auth.ts';
import { apiConfig } from './config.ts';
import type { z } from 'zod';
import { ApiMetrics } from './metrics.ts';
import { QueueDepth } from './queue/queue-depth.ts';
import { openReplicated } from './queue/replicated-queues.ts';
import { TaskQueues } from './queue/task-queues.ts';
import { adminQueues } from './routes/admin-queues.ts';
import { serve } from './serve.ts';
import { createTasks } from './tasks/create-tasks.ts';
import { TaskWatcher } from './tasks/watcher.ts';
import { AddressRules } from './webhooks/address-rules.ts';
import { WebhookDeliverer } from './webhooks/deliverer.ts';
import { createSendWebhook } from './webhooks/send.ts';

const service = 'api';

/**
 * The api process: accepts tasks of one job type and serves them and their results until shutdown.
 *
 * @param results default: the result of a task is what its run returned
 */
export async function runApi<Input extends object, Variables extends z.ZodRawShape>(
  type: JobType<Input, Variables>,
  results: ResultReaderFactory<Input, Variables> | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const options = {
    service,
    metricPrefix: type.metricPrefix,
    schema: withVariables(apiConfig, type.variables),
    portVariable: 'API_PORT',
    env,
  };

  await runService(options, async (context) => {
    const { config, log, lifecycle, registry, connections, liveness } = context;
    const metrics = new ApiMetrics(registry, type.metricPrefix);
    const redis = connections.request(queueRedis(config));
    const background = connections.background(queueRedis(config));
    publishRegistry(registry, { redis: background, prefix: config.QUEUE_PREFIX, service, log, lifecycle });

    const queues = new TaskQueues(redis, type.name, config);
    const depth = new QueueDepth(queues, redis, config);
    const watcher = new TaskWatcher(background, { ...config, queue: type.name });
    lifecycle.onClose('queues', () => {
      depth.close();
      watcher.close();
      return queues.close();
    });
    await depth.sampleAndTrim();

    const replicated =
      config.REDIS_WAIT_REPLICAS > 0 ? await openReplicated(type.name, context) : { redis, queues };
    const { router: auth, waitingQuota } = await createAuth({ ...context, redis, queue: type.name });
    const tasks = createTasks({
      ...context,
      type,
      replicated,
      queues,
      depth,
      watcher,
      metrics,
      waitingQuota,
    });
    const rules = new AddressRules(config.WEBHOOK_ALLOWED_HOSTS);
    const send = createSendWebhook(rules, config);
    const deliverer = new WebhookDeliverer(background, { ...tasks, send, liveness, metrics, log, config });
    lifecycle.onClose('webhooks', () => deliverer.close());

    const reader = await results?.open({
      config,
      redis: () => connections.request(storeRedis(config)),
      keyPrefix: config.STORE_PREFIX,
      registry,
      log,
      recompute: (input, client) => queues.recompute(input, client),
    });
    const admin = adminQueues([queues.tasks, queues.webhooks], config);
    await serve({
      ...context,
      ...tasks,
      type,
      metrics,
      rules,
      admin,
      auth,
      results: results && reader && { formats: results.formats, reader },
    });
  });
}
