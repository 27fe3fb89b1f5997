import {
  status,
  type sendUnaryData,
  type Server,
  type ServiceDefinition,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { Sampler } from '../samples/sampler.ts';
import { OpenStreams } from './open-streams.ts';
import { RpcError } from './rpc-error.ts';
import { SCALER_SERVICE } from './wire.ts';

/** Milliseconds between two checks whether the sample is fresh. */
const CHECK_MS = 200;
/** The names of the health service: the whole server, and the scaler. */
const NAMES = ['', SCALER_SERVICE];

interface HealthRequest {
  readonly service: string;
}
interface HealthResponse {
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}

/**
 * gRPC's health service: SERVING while the sample is fresh. Not the implementation of `grpc-health-check`, which keeps
 * every name that was ever watched, and writes to clients that do not read.
 */
export class ScalerHealth {
  readonly #sampler: Sampler<unknown>;
  readonly #watchers = new OpenStreams<
    HealthResponse,
    { readonly known: boolean; sent: HealthResponse['status'] | undefined }
  >();
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(sampler: Sampler<unknown>) {
    this.#sampler = sampler;
    this.#timer = setInterval(() => {
      this.#update();
    }, CHECK_MS);
  }

  addToServer(server: Server, service: ServiceDefinition): void {
    server.addService(service, {
      check: (
        { request }: ServerUnaryCall<HealthRequest, HealthResponse>,
        callback: sendUnaryData<HealthResponse>,
      ) => {
        if (NAMES.includes(request.service)) callback(null, { status: this.#status() });
        else callback(new RpcError(status.NOT_FOUND, `Expected service ${SCALER_SERVICE}`));
      },
      watch: (call: ServerWritableStream<HealthRequest, HealthResponse>) => {
        try {
          this.#watchers.add(call, { known: NAMES.includes(call.request.service), sent: undefined });
          this.#update();
        } catch (error) {
          call.emit('error', error);
        }
      },
      list: (_: unknown, callback: sendUnaryData<object>) => {
        const own: HealthResponse = { status: this.#status() };
        callback(null, { statuses: Object.fromEntries(NAMES.map((name) => [name, own])) });
      },
    });
  }

  /** NOT_SERVING from now on. */
  close(): void {
    clearInterval(this.#timer);
    this.#closed = true;
    this.#update();
  }

  #status(): 'SERVING' | 'NOT_SERVING' {
    return !this.#closed && this.#sampler.fresh() ? 'SERVING' : 'NOT_SERVING';
  }

  /** Sends changes to the watchers. */
  #update(): void {
    const own = this.#status();
    for (const [call, watcher] of this.#watchers.reading()) {
      const current = watcher.known ? own : 'SERVICE_UNKNOWN';
      if (current === watcher.sent) continue;
      watcher.sent = current;
      call.write({ status: current });
    }
  }
}
