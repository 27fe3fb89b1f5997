import express from 'express';
import type { Registry } from 'prom-client';
import { Readiness } from '../health.ts';
import { healthRoutes } from './health-routes.ts';
import { listen, type ListenOptions } from './server.ts';

/** Answers probes in place of a service that cannot start yet: alive, not ready for want of `missing`. */
export async function openWaitingRoom(
  missing: string,
  registry: Registry,
  port: ListenOptions,
): Promise<AsyncDisposable> {
  const readiness = new Readiness();
  readiness.add(missing, () => false, { gate: true });
  const app = express();
  app.disable('x-powered-by').use(healthRoutes(readiness, registry));
  const server = await listen(app, port);
  return { [Symbol.asyncDispose]: () => server.close({ lingerMs: 0, deadlineMs: 0 }) };
}
