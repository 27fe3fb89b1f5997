import { ERRORS } from '@primes/contracts';
import {
  healthRoutes,
  httpErrors,
  problemHandler,
  requestContext,
  type Logger,
  type Readiness,
} from '@primes/service-kit';
import express, { type Express } from 'express';
import type { Registry } from 'prom-client';

/** What probes and scrapers ask a worker. */
export function createApp(readiness: Readiness, registry: Registry, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by').set('etag', false);
  app.use(requestContext());
  app.use(healthRoutes(readiness, registry));
  app.use((_req, _res, next) => {
    next(httpErrors(ERRORS)('not_found', { detail: 'A worker serves /livez, /readyz and /metrics' }));
  });
  app.use(problemHandler(log, ERRORS));
  return app;
}
