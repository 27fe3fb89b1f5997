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

/** Loads the service definition; the path is the same from `src` and from `dist`. */
export function loadScalerService(): ServiceDefinition {
  const file = fileURLToPath(new URL('../../proto/externalscaler.proto', import.meta.url));
  return loadSync(file, { longs: Number, defaults: true })[SCALER_SERVICE] as ServiceDefinition;
}
