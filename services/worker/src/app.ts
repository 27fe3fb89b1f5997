import {
  healthRoutes,
  HttpError,
  problemHandler,
  requestContext,
  type Health,
  type Logger,
} from '@primes/service-kit';
import express, { type Express } from 'express';

/** The endpoints of a worker for probes and scrapes. */
export function createApp(health: Health, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by').set('etag', false);
  app.use(requestContext());
  app.use(healthRoutes(health));
  app.use((_req, _res, next) => {
    next(new HttpError('not_found', { detail: 'A worker serves only /livez, /readyz and /metrics' }));
  });
  app.use(problemHandler(log));
  return app;
}
