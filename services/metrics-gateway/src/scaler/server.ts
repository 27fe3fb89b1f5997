import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import type { Logger } from '@primes/service-kit';
import type { GatewayMetrics } from '../metrics.ts';
import type { QueueSample } from '../samples/queue-sample.ts';
import type { Sampler } from '../samples/sampler.ts';
import { ActivityStreams } from './activity-streams.ts';
import { scalerHandlers } from './handlers.ts';
import { ScalerHealth } from './health.ts';
import { loadScalerService } from './wire.ts';

/** Milliseconds for calls to end after a close: all but one that watches the health service are answered at once. */
const GRACE_MS = 200;
/** Milliseconds between pings, so that a stream whose client vanished without a word is not kept for ever. */
const KEEPALIVE_MS = 30_000;

export interface ScalerDeps {
  readonly queue: Sampler<QueueSample>;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

export interface ScalerServer {
  readonly port: number;
  /** NOT_SERVING, then ends the streams, then the server. */
  readonly close: () => Promise<void>;
}

/**
 * Listens for KEDA, and resolves once it does.
 *
 * @throws {Error} one line that names the variable to change when the port cannot be opened
 */
export async function serveScaler(
  { host, port, variable }: { host: string; port: number; variable: string },
  deps: ScalerDeps,
): Promise<ScalerServer> {
  // It would write to the console otherwise, between lines of JSON.
  setLogger({
    error: (text: unknown) => {
      deps.log.warn({ grpc: text }, 'gRPC complains');
    },
  });
  const streams = new ActivityStreams(deps.queue);
  const health = new ScalerHealth(deps.queue);
  const server = new Server({ 'grpc.keepalive_time_ms': KEEPALIVE_MS });
  server.addService(loadScalerService(), scalerHandlers({ ...deps, streams }));
  health.service.addToServer(server);

  async function close(): Promise<void> {
    health.close();
    streams.close();
    const closed = Promise.withResolvers<undefined>();
    server.tryShutdown(() => {
      closed.resolve(undefined);
    });
    const cut = setTimeout(() => {
      server.forceShutdown();
    }, GRACE_MS);
    await closed.promise;
    clearTimeout(cut);
  }

  try {
    return { port: await bind(server, `${host}:${port}`), close };
  } catch (error) {
    await close();
    const { message } = error as Error;
    throw new Error(`Port ${port} cannot be opened: ${message}; set ${variable}`, { cause: error });
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
