import type { JobType, ResultReaderFactory } from '@primes/contracts';
import { publishRegistry, runService, storeRedis, withVariables } from '@primes/service-kit';
import { createAuth } from './auth/auth.ts';
import { apiConfig } from './config.ts';
import type * as z from 'zod';
import { ApiMetrics } from './metrics.ts';
import { operate } from './operate/operate.ts';
import { openQueues } from './queue/open-queues.ts';
import { adminQueues } from './routes/admin-queues.ts';
import { serve } from './serve.ts';
import { createTasks } from './tasks/create-tasks.ts';
import { TaskWatcher } from './tasks/watcher.ts';
import { deliverWebhooks } from './webhooks/deliver-webhooks.ts';

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
    const { config, log, lifecycle, registry, connections } = context;
    const metrics = new ApiMetrics(registry, type.metricPrefix);
    const open = await openQueues(type.name, context);
    const { redis, background, queues } = open;
    publishRegistry(registry, { redis: background, prefix: config.QUEUE_PREFIX, service, log, lifecycle });
    const watcher = new TaskWatcher(background, { ...config, queue: type.name });
    lifecycle.onClose('watcher', () => {
      watcher.close();
    });

    const { router: auth, waitingQuota } = await createAuth({ ...context, redis, queue: type.name });
    const tasks = createTasks({ ...context, ...open, type, watcher, metrics, waitingQuota });
    const rules = deliverWebhooks({ ...context, ...open, ...tasks, metrics });
    const reader = await results?.open({
      config,
      redis: () => connections.request(storeRedis(config)),
      keyPrefix: config.STORE_PREFIX,
      registry,
      log,
      recompute: (input, client) => queues.recompute(input, client),
    });
    await serve({
      ...context,
      ...tasks,
      type,
      metrics,
      rules,
      operate: operate({ ...context, ...open, ...tasks, type, metrics, stopping: lifecycle.signal }),
      admin: adminQueues([queues.tasks, queues.webhooks], config),
      auth,
      results: results && reader && { formats: results.formats, reader },
    });
  });
}
