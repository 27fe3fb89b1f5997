import {
  Readiness,
  listen,
  type Lifecycle,
  type ListenOptions,
  type RedisConnections,
} from '@primes/service-kit';
import { createApp, type AppDeps } from './app.ts';
import { waitForCompanions } from './companions.ts';

export interface ServeDeps extends Omit<AppDeps, 'readiness' | 'stopping'> {
  readonly connections: RedisConnections;
  readonly lifecycle: Lifecycle;
  readonly port: ListenOptions;
}

/** Serves the app until the process stops: then not ready, lingering, and at last without the slow. */
export async function serve({ connections, lifecycle, port, ...deps }: ServeDeps): Promise<void> {
  const { config, log } = deps;
  const readiness = new Readiness();
  readiness.add('companions', waitForCompanions(config.READY_AFTER, lifecycle.signal), { gate: true });
  // Reported only: "Redis is away, come back" is a better answer than a refused connection.
  readiness.add('redis', () => connections.ready, { gate: false });

  const app = createApp({ ...deps, readiness, stopping: lifecycle.signal });
  const server = await listen(app, port);
  log.info({ port: server.port }, 'listening');
  lifecycle.onClose('http', () => {
    readiness.stop();
    const { SHUTDOWN_LINGER_MS: lingerMs, SHUTDOWN_DEADLINE_MS } = config;
    // A second is left for what closes after the last answer.
    return server.close({ lingerMs, deadlineMs: Math.max(0, SHUTDOWN_DEADLINE_MS - lingerMs - 1_000) });
  });
}
