import { PrimeStore } from '@primes/prime-store';
import { connectRedis, createRegistry, publishRegistry, runService } from '@primes/service-kit';
import { apiConfig } from './config.ts';
import { ApiMetrics } from './metrics.ts';
import { QueueDepth } from './queue/queue-depth.ts';
import { TaskQueues } from './queue/task-queues.ts';
import { createOpenResult } from './results/open-result.ts';
import { adminQueues } from './routes/admin-queues.ts';
import { serve } from './serve.ts';
import { createTasks } from './tasks/create-tasks.ts';
import { TaskWatcher } from './tasks/watcher.ts';
import { AddressRules } from './webhooks/address-rules.ts';
import { WebhookDeliverer } from './webhooks/deliverer.ts';
import { createSendWebhook } from './webhooks/send.ts';

const service = 'api';

await runService({ service, schema: apiConfig, env: process.env }, async ({ config, log, lifecycle }) => {
  const registry = createRegistry(service);
  const metrics = new ApiMetrics(registry);
  const port = { host: config.HOST, port: config.API_PORT, variable: 'API_PORT' };
  const connections = await connectRedis(config, { service, registry, log, lifecycle, port });
  const redis = connections.request(config.REDIS_URL);
  const background = connections.background(config.REDIS_URL);
  const storeRedis = connections.request(config.STORE_REDIS_URL ?? config.REDIS_URL);
  const store = new PrimeStore(storeRedis, { prefix: config.STORE_PREFIX });
  publishRegistry(registry, { redis: background, prefix: config.QUEUE_PREFIX, service, log, lifecycle });

  const queues = new TaskQueues(redis, config);
  const depth = new QueueDepth(queues.tasks);
  const watcher = new TaskWatcher(background, config);
  lifecycle.onClose('queues', () => {
    depth.close();
    watcher.close();
    return queues.close();
  });
  await depth.sample();

  const tasks = createTasks({ redis, queues, depth, watcher, metrics, config });
  const rules = new AddressRules(config.WEBHOOK_ALLOWED_HOSTS);
  const send = createSendWebhook(rules, config);
  const deliverer = new WebhookDeliverer(background, { ...tasks, send, metrics, log, config });
  lifecycle.onClose('webhooks', () => deliverer.close());

  const openResult = createOpenResult({ store, queues, metrics, log });
  const admin = await adminQueues([queues.tasks, queues.webhooks], config);
  await serve({
    ...tasks,
    ...{ connections, lifecycle, port, config, log, metrics, registry },
    ...{ watcher, rules, openResult, admin },
  });
});
