import { Router } from 'express';
import type { Registry } from 'prom-client';
import type { Readiness } from '../health.ts';
import type { Liveness } from '../liveness.ts';

export interface Health {
  readonly readiness: Readiness;
  /** Undefined while no loop is watched yet. */
  readonly liveness: Liveness | undefined;
  readonly registry: Registry;
}

/** The routes for probes and scrapes of every process: /livez, /readyz and /metrics. */
export function healthRoutes({ readiness, liveness, registry }: Health): Router {
  const router = Router({ caseSensitive: true });
  router.get('/livez', (_req, res) => {
    const loops = liveness?.stalled() ?? {};
    if (Object.keys(loops).length === 0) res.json({ status: 'alive' });
    else res.status(503).json({ status: 'stalled', loops });
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
