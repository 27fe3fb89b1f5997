import express, { type Request, type Response } from 'express';
import type { Registry } from 'prom-client';
import { Readiness } from '../health.ts';
import { askToReconnect, isEventSource } from './event-stream.ts';
import { healthRoutes } from './health-routes.ts';
import { HttpError, sendProblem } from './problem.ts';
import { requestContext } from './request-context.ts';
import { listen, type ListenOptions } from './server.ts';

const UNAVAILABLE = new HttpError('redis_unavailable', {
  detail: 'The process has started and is waiting for Redis',
  retryAfter: 1,
});

/**
 * Serves probes while a process waits for Redis at startup: alive and not ready. All other requests receive 503,
 * because a 404 would say that a task does not exist.
 */
export async function startProbeServer(registry: Registry, port: ListenOptions): Promise<AsyncDisposable> {
  const readiness = new Readiness();
  readiness.add('redis', () => false, { gate: true });
  const app = express();
  app.disable('x-powered-by').use(requestContext());
  app.use(healthRoutes({ readiness, liveness: undefined, registry }));
  app.use((req: Request, res: Response) => {
    if (isEventSource(req)) askToReconnect(res);
    else sendProblem(UNAVAILABLE, req, res);
  });
  const server = await listen(app, port);
  return { [Symbol.asyncDispose]: () => server.close({ lingerMs: 0, deadlineMs: 0 }) };
}
