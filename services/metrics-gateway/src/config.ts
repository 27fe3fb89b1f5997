import { commonConfig, field } from '@primes/service-kit';
import type { z } from 'zod';

/** The name of this service in logs, metrics and connections. */
export const SERVICE = 'metrics-gateway';

/** The environment of the metrics gateway. */
export const gatewayConfig = commonConfig.extend({
  GATEWAY_PORT: field.port(8_002, 'Port of the JSON metrics API'),
  SCALER_PORT: field.port(6_000, "Port of KEDA's external scaler (gRPC)"),
  SAMPLE_INTERVAL_MS: field.integer(
    { min: 50, max: 60_000, default: 500 },
    'How often the queue is sampled when none of its events asks for it sooner',
  ),
  WORKER_MAX_REPLICAS: field.integer(
    { min: 0, max: 100_000, default: 0 },
    'How many workers the autoscaler may start: shown as a metric, for the alert on it; 0: not known',
  ),
  PROMETHEUS_URL: field
    .httpUrl('Prometheus or VictoriaMetrics, whose health is reported; empty: `disabled`')
    .optional(),
});
export type GatewayConfig = Readonly<z.infer<typeof gatewayConfig>>;
