import { commonConfig, field } from '@primes/service-kit';
import { z } from 'zod';

/** The environment of the api. */
export const apiConfig = commonConfig.extend({
  API_PORT: field.port(8_000, 'Port of the HTTP API'),
  MAX_N: field.integer(
    { min: 1, max: 1_000_000_000, default: 100_000_000 },
    'The largest n that is accepted; it bounds the store: 68 MB at 100,000,000, 760 MB at 1,000,000,000',
  ),
  MAX_QUEUED: field.integer(
    { min: 1, max: 10_000_000, default: 100_000 },
    'How many tasks may wait before new ones are refused with 503',
  ),
  RETENTION_SECONDS: field.integer(
    { min: 60, max: 31_536_000, default: 86_400 },
    'How long an ended task is kept; of more than 100,000 ended ones the oldest go first',
  ),
  IDEMPOTENCY_SECRET: z
    .string()
    .min(16)
    .meta({ description: 'Turns an Idempotency-Key into a task id; the same for all instances' }),
  WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'Must be `whsec_` and at least 24 bytes in base64')
    .meta({ description: 'Signs webhooks (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64' }),
  WEBHOOK_ALLOWED_HOSTS: field.list(
    'Comma-separated host names that webhooks may reach at private addresses too',
  ),
  WEBHOOK_BACKOFF_MS: field.milliseconds(
    28_000,
    'Wait before the second delivery; it doubles with each of the 8, about an hour in all',
  ),
  WEBHOOK_TIMEOUT_MS: field.milliseconds(10_000, 'How long a receiver may take to answer'),
  METRICS_GATEWAY_URL: field.httpUrl('Where /api/metrics/ is answered').default('http://127.0.0.1:8002'),
  METRICS_GATEWAY_TIMEOUT_MS: field.milliseconds(2_000, 'How long its answer is waited for'),
  ADMIN_USER: field.optionalText('With ADMIN_PASSWORD: opens the queue dashboard at /admin/queues'),
  ADMIN_PASSWORD: field.optionalText('See ADMIN_USER'),
  READY_AFTER: field.list('Comma-separated URLs that must have answered 200 once before this is ready'),
  SHUTDOWN_LINGER_MS: field.milliseconds(
    5_000,
    'How long new connections are still accepted after SIGTERM, until load balancers know',
  ),
});
export type ApiConfig = Readonly<z.infer<typeof apiConfig>>;
