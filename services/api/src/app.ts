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
import express, { type RequestParamHandler, type Router } from 'express';
import type { Registry } from 'prom-client';
import { belowBase } from './base-path.ts';
import type { ApiConfig } from './config.ts';
import type { ApiMetrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { originForm } from './request-target.ts';
import { cancelTask } from './routes/cancel-task.ts';
import { docs } from './routes/docs.ts';
import { getTask, type GetTaskDeps } from './routes/get-task.ts';
import { health } from './routes/health.ts';
import { listTasks } from './routes/list-tasks.ts';
import { knownCall, metricsProxy } from './routes/metrics-proxy.ts';
import { root } from './routes/root.ts';
import { submitTask, type SubmitTaskDeps } from './routes/submit-task.ts';
import { taskEvents, type TaskEventsDeps } from './routes/task-events.ts';
import { securityHeaders } from './security.ts';
import type { Cancel } from './tasks/cancel.ts';
import type { List } from './tasks/list.ts';

export interface AppDeps extends SubmitTaskDeps, GetTaskDeps, TaskEventsDeps {
  readonly cancel: Cancel;
  readonly list: List;
  readonly readiness: Readiness;
  readonly liveness: Liveness;
  readonly registry: Registry;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: ApiConfig;
  readonly admin: Router | undefined;
  /** Undefined if authentication is off. */
  readonly auth: Router | undefined;
}

/** Paths of mounted routers that support only GET. */
const PAGES = ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/redoc'];

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
  app.use(securityHeaders());
  // Who may call each route: auth/access.ts.
  if (deps.auth) app.use(deps.auth);

  app.param('id', recordTaskId);
  const body = express.json({ limit: '64kb', strict: false });
  app.route('/').get(root(deps.type, deps.config)).all(methodNotAllowed('GET'));
  app
    .route('/tasks')
    .post(body, submitTask(deps))
    .get(listTasks(deps.list))
    .all(methodNotAllowed('GET', 'POST'));
  app
    .route('/tasks/:id')
    .get(getTask(deps))
    .delete(cancelTask(deps.cancel))
    .all(methodNotAllowed('GET', 'DELETE'));
  app.route('/tasks/:id/events').get(taskEvents(deps)).all(methodNotAllowed('GET'));
  app.route('/api/metrics/:call').all(knownCall).get(metricsProxy(deps.config)).all(methodNotAllowed('GET'));
  app.route('/health').get(health).all(methodNotAllowed('GET'));
  // Before the routers, because Express has its own OPTIONS response for them.
  for (const path of PAGES) app.options(path, methodNotAllowed('GET'));
  app.use(healthRoutes(deps));
  const document = openApiDocument(deps.type, { formats: deps.results?.formats, config: deps.config });
  app.use(docs(deps.type.title, { document, base: deps.config.BASE_PATH }));
  if (deps.admin) app.use(deps.admin);
  for (const path of PAGES) app.all(path, methodNotAllowed('GET'));

  app.use((_req, _res, next) => {
    next(new HttpError('not_found', { detail: 'The path does not exist' }));
  });
  app.use(problemHandler(deps.log));
  return function route(req, res) {
    req.url = belowBase(originForm(req.url ?? ''), deps.config.BASE_PATH);
    app(req, res);
  };
}

/** For the access log: Express drops the parameter once the route has thrown. */
function recordTaskId(...[, res, next, id]: Parameters<RequestParamHandler>): void {
  res.locals['taskId'] = (id as string).toLowerCase();
  next();
}
