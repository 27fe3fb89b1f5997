import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The messages of proto/externalscaler.proto. */
export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

export interface IsActiveResponse {
  readonly result: boolean;
}

export interface GetMetricSpecResponse {
  readonly metricSpecs: readonly {
    readonly metricName: string;
    readonly targetSize: number;
    readonly targetSizeFloat: number;
  }[];
}

export interface GetMetricsRequest {
  /** Null if the client does not send it. */
  readonly scaledObjectRef: ScaledObjectRef | null;
  readonly metricName: string;
}

export interface GetMetricsResponse {
  readonly metricValues: readonly {
    readonly metricName: string;
    readonly metricValue: number;
    readonly metricValueFloat: number;
  }[];
}

export const SCALER_SERVICE = 'externalscaler.ExternalScaler';

const SCALER_FILE = new URL('../../proto/externalscaler.proto', import.meta.url);
const require = createRequire(import.meta.url);

/** The definitions of both services. Only the file of `grpc-health-check`: its code loads a second version of protobufjs. */
export function loadServices(): Readonly<Record<'scaler' | 'health', ServiceDefinition>> {
  const files = [
    fileURLToPath(SCALER_FILE),
    require.resolve('grpc-health-check/proto/health/v1/health.proto'),
  ];
  const definitions = loadSync(files, { longs: Number, enums: String, defaults: true });
  return {
    scaler: definitions[SCALER_SERVICE] as ServiceDefinition,
    health: definitions['grpc.health.v1.Health'] as ServiceDefinition,
  };
}
