import type { RequestListener } from 'node:http';
import {
  HttpError,
  accessLog,
  healthRoutes,
  methodNotAllowed,
  problemHandler,
  requestContext,
  type Logger,
  type Liveness,
  type Readiness,
} from '@primes/service-kit';
import express, { type Router } from 'express';
import type { Registry } from 'prom-client';
import { belowBase } from './base-path.ts';
import type { ApiConfig } from './config.ts';
import { crossOrigin } from './cross-origin.ts';
import type { ApiMetrics } from './metrics.ts';
import { jsonBody, linesBody } from './requests/body.ts';
import { originForm } from './request-target.ts';
import { recordTaskId } from './requests/id-of.ts';
import { cancelTask } from './routes/cancel-task.ts';
import { docs } from './routes/docs.ts';
import { getTask, type GetTaskDeps } from './routes/get-task.ts';
import { getWebhook, type GetWebhookDeps } from './routes/get-webhook.ts';
import { health } from './routes/health.ts';
import { listTasks, type ListTasksDeps } from './routes/list-tasks.ts';
import { knownCall, metricsProxy } from './routes/metrics-proxy.ts';
import { me } from './routes/me.ts';
import { page, pageFiles } from './routes/page.ts';
import { root } from './routes/root.ts';
import { submitBatch, type SubmitBatchDeps } from './routes/submit-batch.ts';
import { submitTask, type SubmitTaskDeps } from './routes/submit-task.ts';
import { taskEvents, type TaskEventsDeps } from './routes/task-events.ts';
import { dataHeaders, foreignPageHeaders } from './security.ts';
import type { Cancel } from './tasks/cancel.ts';

export interface AppDeps
  extends SubmitTaskDeps, SubmitBatchDeps, ListTasksDeps, GetTaskDeps, TaskEventsDeps, GetWebhookDeps {
  readonly cancel: Cancel;
  readonly readiness: Readiness;
  readonly liveness: Liveness;
  readonly registry: Registry;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: ApiConfig;
  /** The calls of operators. */
  readonly operate: Router;
  readonly admin: Router | undefined;
  /** Undefined if authentication is off. */
  readonly auth: Router | undefined;
}

/** Paths of mounted routers that support only GET. */
const GET_ONLY_PATHS = ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/redoc'];

/** The HTTP API: middleware, then routes. */
export function createApp(deps: AppDeps): RequestListener {
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('case sensitive routing', true);

  app.use(requestContext({ trustTraceparent: deps.config.TRUST_TRACEPARENT }));
  app.use(
    accessLog(deps.log, (request) => {
      deps.metrics.requestFinished(request);
    }),
  );
  app.use(dataHeaders());
  // Before authentication: a preflight has no credentials.
  if (deps.config.CORS_ORIGINS.length > 0) app.use(crossOrigin(deps.config.CORS_ORIGINS));
  // Who may call each route: auth/access.ts.
  if (deps.auth) app.use(deps.auth);

  app.param('id', recordTaskId);
  const body = jsonBody();
  // First, because Express compares a path with all routes before its own.
  app.route('/tasks').post(body, submitTask(deps)).get(listTasks(deps)).all(methodNotAllowed('GET', 'POST'));
  app
    .route('/tasks/batch')
    .post(jsonBody('1mb'), linesBody('1mb'), submitBatch(deps))
    .all(methodNotAllowed('POST'));
  // Before the ids of tasks, because some of its paths look like one.
  app.use(deps.operate);
  app
    .route('/tasks/:id')
    .get(getTask(deps))
    .delete(cancelTask(deps.cancel))
    .all(methodNotAllowed('GET', 'DELETE'));
  app.route('/tasks/:id/webhook').get(getWebhook(deps)).all(methodNotAllowed('GET'));
  app.route('/tasks/:id/events').get(taskEvents(deps)).all(methodNotAllowed('GET'));
  app
    .route('/')
    .get(page(deps.type.title, deps.config.BASE_PATH), root(deps.type, deps.config))
    .all(methodNotAllowed('GET'));
  app.use(pageFiles());
  app.route('/me').get(me(deps.config)).all(methodNotAllowed('GET'));
  app.route('/api/metrics/:call').all(knownCall).get(metricsProxy(deps.config)).all(methodNotAllowed('GET'));
  app.route('/health').get(health).all(methodNotAllowed('GET'));
  // Before the routers, because Express has its own OPTIONS response for them.
  for (const path of GET_ONLY_PATHS) app.options(path, methodNotAllowed('GET'));
  app.use(healthRoutes(deps));
  app.use(['/docs', '/redoc', '/admin/queues'], foreignPageHeaders());
  app.use(docs(deps));
  if (deps.admin) app.use(deps.admin);
  for (const path of GET_ONLY_PATHS) app.all(path, methodNotAllowed('GET'));

  app.use((_req, _res, next) => {
    next(new HttpError('not_found', { detail: 'The path does not exist' }));
  });
  app.use(problemHandler(deps.log));
  return function route(req, res) {
    req.url = belowBase(originForm(req.url ?? ''), deps.config.BASE_PATH);
    app(req, res);
  };
}
