import {
  credentials,
  makeClientConstructor,
  type ClientReadableStream,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import {
  loadScalerService,
  type GetMetricSpecResponse,
  type GetMetricsResponse,
  type IsActiveResponse,
} from '../src/scaler/wire.ts';

/** Its methods are only known at run time. */
type ServiceClient = InstanceType<ReturnType<typeof makeClientConstructor>>;
type Metadata = Record<string, string>;

/** A client as KEDA is one: the real wire, one connection. */
export function scalerClient(port: number) {
  const client = connect(loadScalerService(), port);
  const ref = (scalerMetadata: Metadata) => ({ name: 'worker', namespace: 'primes', scalerMetadata });
  return {
    isActive: (metadata: Metadata = {}) => call<IsActiveResponse>(client, 'IsActive', ref(metadata)),
    getMetricSpec: (metadata: Metadata = {}) =>
      call<GetMetricSpecResponse>(client, 'GetMetricSpec', ref(metadata)),
    getMetrics: (metadata: Metadata = {}) =>
      call<GetMetricsResponse>(client, 'GetMetrics', {
        scaledObjectRef: ref(metadata),
        metricName: 'primes_demand_and_in_flight',
      }),
    streamIsActive: (metadata: Metadata = {}) =>
      new Heard(client['StreamIsActive']?.(ref(metadata)) as ClientReadableStream<IsActiveResponse>),
    [Symbol.dispose]() {
      client.close();
    },
  };
}

/** What a stream said so far, and how it ended. */
export class Heard {
  readonly said: boolean[] = [];
  /** 'end', or the error. */
  readonly ended: Promise<'end' | ServiceError>;
  readonly #stream: ClientReadableStream<IsActiveResponse>;

  constructor(stream: ClientReadableStream<IsActiveResponse>) {
    this.#stream = stream;
    const ended = Promise.withResolvers<'end' | ServiceError>();
    this.ended = ended.promise;
    stream.on('data', ({ result }: IsActiveResponse) => this.said.push(result));
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
    [Symbol.dispose]() {
      client.close();
    },
  };
}

function connect(service: ServiceDefinition, port: number): ServiceClient {
  const Client = makeClientConstructor(service, 'Service');
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure());
}

function call<A>(client: ServiceClient, name: string, request: object): Promise<A> {
  const { promise, resolve, reject } = Promise.withResolvers<A>();
  client[name]?.(request, (error: ServiceError | null, answer: A) => {
    if (error) reject(error);
    else resolve(answer);
  });
  return promise;
}
