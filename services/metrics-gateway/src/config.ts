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
  PROMETHEUS_URL: field
    .httpUrl('Prometheus or VictoriaMetrics, whose health is reported; empty: `disabled`')
    .optional(),
});
export type GatewayConfig = Readonly<z.infer<typeof gatewayConfig>>;
