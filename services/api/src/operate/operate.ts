import { methodNotAllowed, readWorkerReports, validate } from '@primes/service-kit';
import { Router, type RequestHandler } from 'express';
import { jsonBody } from '../requests/body.ts';
import { recordTaskId } from '../requests/id-of.ts';
import { NoQuery } from '../requests/schemas.ts';
import { DeadLetters, type DeadWebhooksDeps } from './dead-webhooks.ts';
import { actOnTasks, type ActOnTasksDeps } from './routes/act-on-tasks.ts';
import type { FailuresDeps } from './failures.ts';
import { listDeadWebhooks } from './routes/list-dead-webhooks.ts';
import { listFailures } from './routes/list-failures.ts';
import { redeliverWebhook } from './routes/redeliver-webhook.ts';
import { redeliverWebhooks } from './routes/redeliver-webhooks.ts';
import type { RetryDeps } from './retry.ts';
import { retryTask } from './routes/retry-task.ts';
import { getQueue } from './routes/get-queue.ts';
import { listWorkers } from './routes/list-workers.ts';
import { pauseQueue } from './routes/pause-queue.ts';
import { QueueControl, type QueueControlDeps } from './queue-state.ts';
import { resumeQueue } from './routes/resume-queue.ts';

export type OperateDeps = QueueControlDeps & RetryDeps & FailuresDeps & DeadWebhooksDeps & ActOnTasksDeps;

/** The calls of operators. With authentication, they require the role `operate` (auth/access.ts). */
export function operate(deps: OperateDeps): Router {
  const router = Router({ caseSensitive: true });
  router.param('id', recordTaskId);
  const get = (path: string, handler: RequestHandler) =>
    router.route(path).get(noQuery, handler).all(methodNotAllowed('GET'));
  const post = (path: string, ...handlers: RequestHandler[]) =>
    router
      .route(path)
      .post(noQuery, ...handlers)
      .all(methodNotAllowed('POST'));
  const body = jsonBody();
  const queue = new QueueControl(deps);
  get('/queue', getQueue(queue));
  post('/queue/pause', pauseQueue(queue));
  post('/queue/resume', resumeQueue(queue));
  get(
    '/workers',
    listWorkers(() => readWorkerReports(deps.redis, deps.config.QUEUE_PREFIX)),
  );
  post('/tasks/actions', body, actOnTasks(deps));
  get('/tasks/failures', listFailures(deps));
  post('/tasks/:id/retry', retryTask(deps));
  const letters = new DeadLetters(deps);
  router.route('/webhooks/dead').get(listDeadWebhooks(letters)).all(methodNotAllowed('GET'));
  post('/webhooks/dead/redeliver', body, redeliverWebhooks(letters));
  // Not `:id`, which the access log takes for the id of a task.
  post('/webhooks/dead/:webhook/redeliver', redeliverWebhook(letters));
  return router;
}

const noQuery: RequestHandler = (req, _res, next) => {
  validate(NoQuery, req.query);
  next();
};
