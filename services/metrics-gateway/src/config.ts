import { commonConfig, field } from '@primes/service-kit';
import type * as z from 'zod';

/** The name of this service in logs, metrics and connections. */
export const SERVICE = 'metrics-gateway';

/** The environment of the metrics gateway. */
export const gatewayConfig = commonConfig.safeExtend({
  GATEWAY_PORT: field.port(8_002, 'Port of the JSON metrics API'),
  SCALER_PORT: field.port(6_000, "Port of KEDA's external scaler (gRPC)"),
  SAMPLE_INTERVAL_MS: field.integer(
    { min: 50, max: 60_000, default: 500 },
    'Maximum interval between samples of the queue; its events trigger earlier ones',
  ),
  WORKER_MAX_REPLICAS: field.integer(
    { min: 0, max: 100_000, default: 0 },
    'Maximum number of workers of the autoscaler, exported as a metric for an alert; 0: unknown',
  ),
  SCALING_TARGET: field.integer(
    { min: 0, max: 10_000_000, default: 0 },
    'Tasks for each worker that KEDA aims at, exported as a metric for alerts; 0: KEDA does not scale',
  ),
  SCALING_TRIGGER: field.text('', 'What KEDA asks, such as `external-push`: a label of that metric'),
  PROMETHEUS_URL: field
    .httpUrl('URL of Prometheus or VictoriaMetrics, for the health report; empty: `disabled`')
    .optional(),
});
export type GatewayConfig = Readonly<z.infer<typeof gatewayConfig>>;
