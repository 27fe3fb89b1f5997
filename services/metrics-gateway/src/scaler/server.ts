import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import type { JobType } from '@primes/contracts';
import { cannotListen, type Logger } from '@primes/service-kit';
import type { GatewayMetrics } from '../metrics.ts';
import type { QueueSample } from '../samples/queue-sample.ts';
import type { Sampler } from '../samples/sampler.ts';
import { ActivityStreams } from './activity-streams.ts';
import { scalerHandlers } from './handlers.ts';
import { ScalerHealth } from './health.ts';
import { loadServices } from './wire.ts';

/** Milliseconds for calls to end after a close; only health watches take longer. */
const GRACE_MS = 200;
/** Limits per connection. */
const LIMITS = {
  /** Milliseconds between pings, which detect streams whose client has disappeared. */
  'grpc.keepalive_time_ms': 30_000,
  /** Milliseconds without a call. KEDA polls more often and keeps a stream open. */
  'grpc.max_connection_idle_ms': 300_000,
  'grpc.max_concurrent_streams': 250,
  /** Bytes; a call of KEDA has a few hundred. */
  'grpc.max_receive_message_length': 65_536,
};

export interface ScalerDeps {
  readonly type: Pick<JobType<object>, 'name'>;
  readonly queue: Sampler<QueueSample>;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

export interface ScalerServer {
  readonly port: number;
  /** Reports NOT_SERVING, ends the streams, and stops the server. */
  readonly close: () => Promise<void>;
}

/**
 * Serves KEDA; resolves once the server listens.
 *
 * @throws {Error} one line with the variable to change, if the port is not available
 */
export async function serveScaler(
  { host, port, variable }: { host: string; port: number; variable: string },
  deps: ScalerDeps,
): Promise<ScalerServer> {
  // Otherwise grpc-js writes to the console, between lines of JSON. Startup errors are thrown instead.
  let open = false;
  setLogger({
    error: (text: unknown) => {
      if (open) deps.log.warn({ reason: text }, 'grpc error');
    },
  });
  const streams = new ActivityStreams(deps.queue);
  const health = new ScalerHealth(deps.queue);
  const server = new Server(LIMITS);
  const services = loadServices();
  server.addService(services.scaler, scalerHandlers({ ...deps, streams }));
  health.addToServer(server, services.health);

  async function close(): Promise<void> {
    health.close();
    streams.close();
    const closed = Promise.withResolvers<undefined>();
    server.tryShutdown(() => {
      closed.resolve(undefined);
    });
    const deadline = setTimeout(() => {
      server.forceShutdown();
    }, GRACE_MS);
    await closed.promise;
    clearTimeout(deadline);
  }

  try {
    // An IPv6 address needs brackets.
    const name = host.includes(':') ? `[${host}]` : host;
    const bound = await bind(server, `${name}:${port}`);
    open = true;
    return { port: bound, close };
  } catch (error) {
    await close();
    throw cannotListen(error as Error, { host, port, variable });
  }
}

function bind(server: Server, address: string): Promise<number> {
  const bound = Promise.withResolvers<number>();
  server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
    if (error) bound.reject(error);
    else bound.resolve(port);
  });
  return bound.promise;
}
