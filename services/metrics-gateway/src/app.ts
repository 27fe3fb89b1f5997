import type { MetricsCall } from '@primes/contracts';
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
import express, { type Express } from 'express';
import type { Registry } from 'prom-client';
import { all } from './routes/all.ts';
import { cacheStats } from './routes/cache-stats.ts';
import { health } from './routes/health.ts';
import { history } from './routes/history.ts';
import { performanceStats } from './routes/performance.ts';
import { redisStats } from './routes/redis-stats.ts';
import { summary } from './routes/summary.ts';
import { taskStats } from './routes/task-stats.ts';
import type { Samplers } from './samplers.ts';

export interface AppDeps {
  readonly samplers: Samplers;
  readonly readiness: Readiness;
  readonly liveness: Liveness;
  readonly registry: Registry;
  readonly log: Logger;
}

/** The calls below /api/metrics/, served from memory. Health is separate, because its status varies. */
const CALLS: Readonly<
  Record<Exclude<MetricsCall, 'health'>, (samplers: Samplers, query: unknown) => unknown>
> = {
  summary,
  'cache-stats': cacheStats,
  'task-stats': taskStats,
  'redis-stats': redisStats,
  performance: performanceStats,
  history,
  all,
};

export function createApp({ samplers, log, ...probed }: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  // Each response is different, because it contains an age.
  app.disable('etag');

  app.use(requestContext());
  // Before the access log, because probes and scrapes arrive every few seconds.
  app.use(healthRoutes(probed));
  app.all(['/livez', '/readyz', '/metrics'], methodNotAllowed('GET'));
  app.use(accessLog(log, () => undefined));

  app
    .route('/api/metrics/health')
    .get((_req, res) => {
      const body = health(samplers);
      res.status(body.status === 'healthy' ? 200 : 503).json(body);
    })
    .all(methodNotAllowed('GET'));
  for (const [call, respond] of Object.entries(CALLS)) {
    app
      .route(`/api/metrics/${call}`)
      .get((req, res) => {
        res.json(respond(samplers, req.query));
      })
      .all(methodNotAllowed('GET'));
  }

  app.use(() => {
    throw new HttpError('not_found', { detail: 'The path does not exist' });
  });
  app.use(problemHandler(log));
  return app;
}
