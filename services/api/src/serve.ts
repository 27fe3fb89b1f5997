import {
  Readiness,
  listen,
  type Lifecycle,
  type ListenOptions,
  type RedisConnections,
} from '@primes/service-kit';
import { createApp, type AppDeps } from './app.ts';
import { waitForCompanions } from './companions.ts';
import { streamLimits } from './streams/slots.ts';

export interface ServeDeps extends Omit<AppDeps, 'readiness' | 'stopping' | 'streams'> {
  readonly connections: RedisConnections;
  readonly lifecycle: Lifecycle;
  readonly port: ListenOptions;
}

/** Serves the app until shutdown: then it is not ready, lingers, and closes slow connections at the deadline. */
export async function serve({ connections, lifecycle, port, ...deps }: ServeDeps): Promise<void> {
  const { config, log } = deps;
  const readiness = new Readiness();
  readiness.add('companions', waitForCompanions(config.READY_AFTER, lifecycle.signal), { gate: true });
  // Reported only: 503 with Retry-After is a better response than a refused connection.
  readiness.add('redis', () => connections.ready, { gate: false });

  const streams = streamLimits(config);
  const app = createApp({ ...deps, readiness, streams, stopping: lifecycle.signal });
  const server = await listen(app, port);
  log.info({ port: server.port }, 'listening');
  lifecycle.onClose('http', () => {
    readiness.stop();
    const { SHUTDOWN_LINGER_MS: lingerMs, SHUTDOWN_DEADLINE_MS } = config;
    // One second remains for the hooks after the last response.
    return server.close({ lingerMs, deadlineMs: Math.max(0, SHUTDOWN_DEADLINE_MS - lingerMs - 1_000) });
  });
}
