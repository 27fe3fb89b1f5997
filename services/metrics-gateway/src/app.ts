import { ERRORS, type MetricsCall } from '@primes/contracts';
import {
  accessLog,
  healthRoutes,
  only,
  problemHandler,
  requestContext,
  type Logger,
  type Readiness,
} from '@primes/service-kit';
import express, { type Express } from 'express';
import type { Registry } from 'prom-client';
import { httpError } from './errors.ts';
import { all } from './routes/all.ts';
import { cacheStats } from './routes/cache-stats.ts';
import { health } from './routes/health.ts';
import { performanceStats } from './routes/performance.ts';
import { redisStats } from './routes/redis-stats.ts';
import { summary } from './routes/summary.ts';
import { taskStats } from './routes/task-stats.ts';
import type { Samplers } from './samplers.ts';

export interface AppDeps {
  readonly samplers: Samplers;
  readonly readiness: Readiness;
  readonly registry: Registry;
  readonly log: Logger;
}

/** Every path but health, which has an answer for each state: below /api/metrics/, made from memory. */
const ANSWERS: Readonly<Record<Exclude<MetricsCall, 'health'>, (samplers: Samplers) => unknown>> = {
  summary,
  'cache-stats': cacheStats,
  'task-stats': taskStats,
  'redis-stats': redisStats,
  performance: performanceStats,
  all,
};

export function createApp({ samplers, readiness, registry, log }: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  // The age makes each answer another one.
  app.disable('etag');

  app.use(requestContext());
  // Probes and scrapes come every few seconds; they stand before the log.
  app.use(healthRoutes(readiness, registry));
  app.all(['/livez', '/readyz', '/metrics'], getOnly());
  app.use(accessLog(log, () => undefined));

  app
    .route('/api/metrics/health')
    .get((_req, res) => {
      const body = health(samplers);
      res.status(body.status === 'healthy' ? 200 : 503).json(body);
    })
    .all(getOnly());
  for (const [call, answer] of Object.entries(ANSWERS)) {
    app
      .route(`/api/metrics/${call}`)
      .get((_req, res) => {
        res.json(answer(samplers));
      })
      .all(getOnly());
  }

  app.use((req) => {
    throw httpError('not_found', { detail: `Nothing is served at ${req.path}` });
  });
  app.use(problemHandler(log, ERRORS));
  return app;
}

function getOnly() {
  return only(['GET'], (allow, req) =>
    httpError('method_not_allowed', {
      detail: `${req.method} is not one of ${allow}`,
      headers: { Allow: allow },
    }),
  );
}
