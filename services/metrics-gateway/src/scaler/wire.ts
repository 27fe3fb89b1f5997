import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The messages of proto/externalscaler.proto as they arrive and leave. */
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
  /** A message field that is not sent is null. */
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

/** Reads the service from the contract itself, which both `src` and `dist` are two folders away from. */
export function loadScalerService(): ServiceDefinition {
  const file = fileURLToPath(new URL('../../proto/externalscaler.proto', import.meta.url));
  return loadSync(file, { longs: Number, defaults: true })[SCALER_SERVICE] as ServiceDefinition;
}
