import {
  credentials,
  makeClientConstructor,
  type ClientReadableStream,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import {
  loadServices,
  type GetMetricSpecResponse,
  type GetMetricsResponse,
  type IsActiveResponse,
} from '../src/scaler/wire.ts';

/** Its methods are defined at run time. */
type ServiceClient = InstanceType<ReturnType<typeof makeClientConstructor>>;
type Metadata = Record<string, string>;

/** A gRPC client for a ScaledObject, as in KEDA: one connection. */
export function scalerClient(port: number, { host = '127.0.0.1', object = 'worker' } = {}) {
  const client = connect(loadServices().scaler, port, host);
  const ref = (scalerMetadata: Metadata) => ({ name: object, namespace: 'primes', scalerMetadata });
  return {
    isActive: (metadata: Metadata = {}) => call<IsActiveResponse>(client, 'IsActive', ref(metadata)),
    getMetricSpec: (metadata: Metadata = {}) =>
      call<GetMetricSpecResponse>(client, 'GetMetricSpec', ref(metadata)),
    getMetrics: (metadata: Metadata = {}) =>
      call<GetMetricsResponse>(client, 'GetMetrics', {
        scaledObjectRef: ref(metadata),
        metricName: 'echo_demand_and_in_flight',
      }),
    streamIsActive: (metadata: Metadata = {}) =>
      new ReceivedStream(
        stream(client, 'StreamIsActive', ref(metadata)),
        ({ result }: IsActiveResponse) => result,
      ),
    [Symbol.dispose]() {
      client.close();
    },
  };
}

/** The messages of a stream so far, and how it ended. */
export class ReceivedStream<A = boolean> {
  readonly messages: A[] = [];
  /** The first message; undefined if it ended before. */
  readonly first: Promise<A | undefined>;
  /** 'end', or the error. */
  readonly ended: Promise<'end' | ServiceError>;
  readonly #stream: ClientReadableStream<unknown>;

  constructor(stream: ClientReadableStream<unknown>, read: (message: never) => A) {
    this.#stream = stream;
    const first = Promise.withResolvers<A | undefined>();
    this.first = first.promise;
    const ended = Promise.withResolvers<'end' | ServiceError>();
    this.ended = ended.promise;
    stream.on('data', (message: unknown) => {
      this.messages.push(read(message as never));
      first.resolve(this.messages[0]);
    });
    stream.on('close', () => {
      first.resolve(undefined);
    });
    stream.on('error', (error: ServiceError) => {
      ended.resolve(error);
    });
    stream.on('end', () => {
      ended.resolve('end');
    });
  }

  cancel(): void {
    this.#stream.cancel();
  }
}

/** A client of gRPC's health service. */
export function healthClient(port: number) {
  const client = connect(healthService, port);
  return {
    async check(service = ''): Promise<string> {
      return (await call<{ status: string }>(client, 'Check', { service })).status;
    },
    watch: (service = '') =>
      new ReceivedStream(stream(client, 'Watch', { service }), ({ status }: { status: string }) => status),
    [Symbol.dispose]() {
      client.close();
    },
  };
}

function connect(service: ServiceDefinition, port: number, host = '127.0.0.1'): ServiceClient {
  const Client = makeClientConstructor(service, 'Service');
  return new Client(`${host}:${port}`, credentials.createInsecure());
}

function stream(client: ServiceClient, name: string, request: object): ClientReadableStream<unknown> {
  return client[name]?.(request) as ClientReadableStream<unknown>;
}

function call<A>(client: ServiceClient, name: string, request: object): Promise<A> {
  const { promise, resolve, reject } = Promise.withResolvers<A>();
  client[name]?.(request, (error: ServiceError | null, message: A) => {
    if (error) reject(error);
    else resolve(message);
  });
  return promise;
}
