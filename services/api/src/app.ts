import type { RequestListener } from 'node:http';
import { ERRORS } from '@primes/contracts';
import {
  accessLog,
  healthRoutes,
  only,
  problemHandler,
  requestContext,
  type Logger,
  type Readiness,
} from '@primes/service-kit';
import express, { type RequestParamHandler, type Router } from 'express';
import type { Registry } from 'prom-client';
import type { ApiConfig } from './config.ts';
import { httpError } from './errors.ts';
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
  readonly registry: Registry;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: ApiConfig;
  readonly admin: Router | undefined;
}

/** What the mounted routers serve by GET alone. */
const PAGES = ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/redoc'];

/** The HTTP API: what every request passes, then every path. */
export function createApp(deps: AppDeps): RequestListener {
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('case sensitive routing', true);

  app.use(requestContext());
  app.use(
    accessLog(deps.log, (request) => {
      deps.metrics.requestFinished(request);
    }),
  );
  app.use(securityHeaders());

  app.param('id', noteTaskId);
  const body = express.json({ limit: '64kb', strict: false });
  app.route('/').get(root).all(allow('GET'));
  app.route('/tasks').post(body, submitTask(deps)).get(listTasks(deps.list)).all(allow('GET', 'POST'));
  app.route('/tasks/:id').get(getTask(deps)).delete(cancelTask(deps.cancel)).all(allow('GET', 'DELETE'));
  app.route('/tasks/:id/events').get(taskEvents(deps)).all(allow('GET'));
  app.route('/api/metrics/:call').all(knownCall).get(metricsProxy(deps.config)).all(allow('GET'));
  app.route('/health').get(health).all(allow('GET'));
  // Before what is mounted: Express would answer OPTIONS for a router in a way of its own.
  for (const path of PAGES) app.options(path, allow('GET'));
  app.use(healthRoutes(deps.readiness, deps.registry));
  app.use(docs(openApiDocument({ maxN: deps.config.MAX_N })));
  if (deps.admin) app.use(deps.admin);
  for (const path of PAGES) app.all(path, allow('GET'));

  app.use((_req, _res, next) => {
    next(httpError('not_found', { detail: 'This path is not served' }));
  });
  app.use(problemHandler(deps.log, ERRORS));
  return function route(req, res) {
    req.url = originForm(req.url ?? '');
    app(req, res);
  };
}

function allow(...methods: Parameters<typeof only>[0]) {
  return only(methods, (allowed) =>
    httpError('method_not_allowed', { detail: `Allowed: ${allowed}`, headers: { Allow: allowed } }),
  );
}

/** For the log: the parameter itself is gone once the route has thrown. */
function noteTaskId(...[, res, next, id]: Parameters<RequestParamHandler>): void {
  res.locals['taskId'] = id as string;
  next();
}
