import { Router } from 'express';
import type { Registry } from 'prom-client';
import type { Readiness } from '../health.ts';

/** What a probe or a scraper asks every process: /livez, /readyz and /metrics. */
export function healthRoutes(readiness: Readiness, registry: Registry): Router {
  const router = Router();
  router.get('/livez', (_req, res) => {
    res.json({ status: 'alive' });
  });
  router.get('/readyz', (_req, res) => {
    const { ready, checks } = readiness.report();
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks });
  });
  router.get('/metrics', async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
