import { GIVE_UP_AFTER } from '@primes/contracts';
import { commonConfig, field, crossFieldRule } from '@primes/service-kit';
import * as z from 'zod';
import { authVariables, withAuthRules } from './auth/config.ts';
import { basePath } from './base-path.ts';
import { isOrigin } from './cross-origin.ts';

const idempotencySecret = z.string().min(16);
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'Must be `whsec_` followed by 24 to 64 bytes in base64');

const fields = commonConfig.safeExtend({
  API_PORT: field.port(8_000, 'Port of the HTTP API'),
  BASE_PATH: basePath.meta({
    description:
      'Path below which a proxy serves the api, such as `/numbers`: the beginning of all links. The proxy may remove it or pass it on',
  }),
  MAX_QUEUED: field.optionalInteger(
    { min: 1, max: 10_000_000 },
    'Maximum number of waiting tasks; new ones receive 503. Empty: as many as fit into 40 % of `maxmemory`, at most 100,000',
  ),
  KEEP_TASKS: field.optionalInteger(
    { min: 1, max: 10_000_000 },
    'Maximum number of done tasks that are kept; of failed or cancelled tasks and of dead letters, a quarter each. Empty: as many as fit into 35 % of `maxmemory`, at most 100,000',
  ),
  RETENTION_SECONDS: field.integer(
    { min: 60, max: 31_536_000, default: 86_400 },
    'Maximum age of an ended task, if KEEP_TASKS does not remove it earlier',
  ),
  REDIS_MEMORY_WATERMARK_PERCENT: field.integer(
    // Waiting and kept tasks take 75 %, and the alert RedisMemoryHigh fires at 80 %, before tasks are rejected.
    { min: 81, max: 95, default: 85 },
    'Share of `maxmemory` above which new tasks receive 503, because workers need the rest; at least 2 MiB stay free. Minimum 81: the alert RedisMemoryHigh fires at 80 %',
  ),
  REDIS_WAIT_REPLICAS: field.integer(
    { min: 0, max: 100, default: 0 },
    'Number of replicas that must have a submission or a cancellation before it is acknowledged (`WAIT`); if they do not have it within half of REDIS_COMMAND_TIMEOUT_MS: 503. See [What a failover loses](#what-a-failover-loses)',
  ),
  IDEMPOTENCY_SECRET: idempotencySecret.meta({
    description: 'Key that derives task ids from Idempotency-Keys; must be the same for all instances',
  }),
  IDEMPOTENCY_SECRET_OTHER: idempotencySecret.optional().meta({
    description: 'The next or the previous IDEMPOTENCY_SECRET during a rotation: its tasks are found too',
  }),
  WEBHOOK_SECRET: webhookSecret.meta({
    description: 'Key that signs webhooks (Standard Webhooks): `whsec_` followed by 24 to 64 bytes in base64',
  }),
  WEBHOOK_SECRET_OTHER: webhookSecret.optional().meta({
    description: 'The next or the previous WEBHOOK_SECRET during a rotation: webhooks have both signatures',
  }),
  WEBHOOK_ALLOWED_HOSTS: field.list(
    'Comma-separated host names that webhooks may reach at private addresses',
  ),
  WEBHOOK_BACKOFF_MS: field.integer(
    { min: 1, max: 3_600_000, default: 28_000 },
    `Delay before the second attempt; doubles for each of the ${GIVE_UP_AFTER.deliveries} attempts, about an hour in total`,
  ),
  WEBHOOK_TIMEOUT_MS: field.integer(
    { min: 100, max: 60_000, default: 10_000 },
    'Timeout of a webhook delivery',
  ),
  METRICS_GATEWAY_URL: field
    .httpUrl('URL of the metrics gateway, which serves /api/metrics/')
    .default('http://127.0.0.1:8002'),
  METRICS_GATEWAY_TIMEOUT_MS: field.integer(
    { min: 100, max: 60_000, default: 2_000 },
    'Timeout of a request to the metrics gateway',
  ),
  MAX_RESULT_STREAMS: field.integer(
    { min: 1, max: 100_000, default: 200 },
    'Maximum number of concurrent result streams of more than 10,000 items; further ones receive 503. Each takes 0.8 MB',
  ),
  MAX_WATCHERS: field.integer(
    { min: 1, max: 100_000, default: 2_000 },
    'Maximum number of open event streams and long-polls; further ones receive 503',
  ),
  STALL_TIMEOUT_MS: field.integer(
    { min: 100, max: 3_600_000, default: 60_000 },
    'Maximum time a client may take to read a part of a stream (at most 64 KiB) before its connection is closed',
  ),
  CORS_ORIGINS: field
    .list(
      'Comma-separated origins whose pages may call the api, such as `https://app.example.com`; or `*`: all. Empty: none',
    )
    .refine((origins) => (origins.length === 1 && origins[0] === '*') || origins.every(isOrigin), {
      error: 'Must be origins such as `https://app.example.com`, without a path, separated by commas; or `*`',
    }),
  TRUST_TRACEPARENT: field.flag(
    true,
    "Whether to continue the client's `traceparent` and its sampling flag; false: only link to it",
  ),
  TRACE_URL_TEMPLATE: field
    .httpUrl(
      'Address of a trace in your tracing system, with `{trace_id}` in it, such as `https://grafana.example.com/trace/{trace_id}`: the page links to it',
    )
    .refine((url) => url.includes('{trace_id}'), 'Must contain {trace_id}')
    .optional(),
  ...authVariables,
  ADMIN_USER: field.optionalText(
    'User of the queue dashboard at /admin/queues, if authentication is off; enabled together with ADMIN_PASSWORD',
  ),
  ADMIN_PASSWORD: field.optionalText('Password of the queue dashboard'),
  READY_AFTER: field.httpUrls(
    'Comma-separated URLs that must have returned 200 once before the api is ready',
  ),
  SHUTDOWN_LINGER_MS: field.milliseconds(
    5_000,
    'Time after SIGTERM during which new connections are still accepted, until load balancers stop sending them',
  ),
});

/** The environment of the api, without the variables of its job. */
export const apiConfig = withAuthRules(fields)
  .refine(
    ({ SHUTDOWN_LINGER_MS: linger, SHUTDOWN_DEADLINE_MS: deadline }) => linger < deadline,
    crossFieldRule(
      ['SHUTDOWN_LINGER_MS', 'SHUTDOWN_DEADLINE_MS'],
      'Must be less than SHUTDOWN_DEADLINE_MS, so that requests have time to finish',
    ),
  )
  .refine(
    ({ ADMIN_USER: user, ADMIN_PASSWORD: password }) => (user === undefined) === (password === undefined),
    crossFieldRule(['ADMIN_USER', 'ADMIN_PASSWORD'], 'Must be set together with ADMIN_PASSWORD'),
  )
  .refine(
    ({ IDEMPOTENCY_SECRET: secret, IDEMPOTENCY_SECRET_OTHER: other }) => secret !== other,
    crossFieldRule(['IDEMPOTENCY_SECRET_OTHER', 'IDEMPOTENCY_SECRET'], 'Must differ from IDEMPOTENCY_SECRET'),
  )
  .refine(
    ({ WEBHOOK_SECRET: secret, WEBHOOK_SECRET_OTHER: other }) => secret !== other,
    crossFieldRule(['WEBHOOK_SECRET_OTHER', 'WEBHOOK_SECRET'], 'Must differ from WEBHOOK_SECRET'),
  );
export type ApiConfig = Readonly<z.infer<typeof apiConfig>>;
