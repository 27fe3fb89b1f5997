import * as z from 'zod';
import { crossFieldRule, doc, field } from './config.ts';
import { NAMESPACE } from './namespace.ts';
import { accessVariables, isKeyPair } from './redis-access.ts';
import { credentials, withCredentials } from './redis-credentials.ts';
import { hasHashTag, parseRedisUrl } from './redis-url.ts';

const fields = z.object({
  REDIS_URL: field
    .redisUrl('Redis of the queue, with `noeviction`; see [Where Redis is](#where-redis-is)')
    .default('redis://127.0.0.1:6379'),
  STORE_REDIS_URL: field
    .redisUrl("Redis of the job's data, such as a cache of results; empty: the same as REDIS_URL")
    .optional(),
  ...credentials,
  ...accessVariables,
  QUEUE_PREFIX: field.text(
    'bull',
    'Prefix of all keys of the queues; in a Redis Cluster with a hash tag, such as `{bull}`',
  ),
  STORE_PREFIX: field.text(
    NAMESPACE,
    `Prefix of all keys of the job's data; in a Redis Cluster with a hash tag, such as \`{${NAMESPACE}}\``,
  ),
  REDIS_COMMAND_TIMEOUT_MS: field.integer({ min: 100, max: 60_000, default: 2_000 }, 'Redis command timeout'),
  REDIS_WAIT_MS: field.milliseconds(
    60_000,
    'How long the process waits for Redis at startup before it exits',
  ),
  HOST: field.text(
    '0.0.0.0',
    'Address to listen on; `::` for IPv6 and IPv4. `npm start` defaults to 127.0.0.1',
  ),
  HTTP_KEEP_ALIVE_TIMEOUT_MS: field.integer(
    { min: 1_000, max: 3_600_000, default: 75_000 },
    'HTTP keep-alive timeout; must exceed the idle timeout of the load balancer',
  ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta(doc('Minimum log level')),
  LOG_FORMAT: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .meta(doc('`auto`: pretty on a terminal, JSON elsewhere')),
  SHUTDOWN_DEADLINE_MS: field.integer(
    { min: 1_000, max: 3_600_000, default: 20_000 },
    'Graceful shutdown deadline',
  ),
});

/** The variables of every process; each service extends this schema. */
export const commonConfig = withCredentials(fields)
  .refine(
    ({ REDIS_URL, QUEUE_PREFIX }) => isOneSlot(REDIS_URL, QUEUE_PREFIX),
    crossFieldRule(['QUEUE_PREFIX', 'REDIS_URL'], hashTagRule('bull')),
  )
  .refine(
    ({ REDIS_URL, STORE_REDIS_URL = REDIS_URL, STORE_PREFIX }) => isOneSlot(STORE_REDIS_URL, STORE_PREFIX),
    crossFieldRule(['STORE_PREFIX', 'REDIS_URL', 'STORE_REDIS_URL'], hashTagRule(NAMESPACE)),
  )
  .refine(
    ({ REDIS_TLS_CERT: cert, REDIS_TLS_KEY: key }) => (cert === undefined) === (key === undefined),
    crossFieldRule(['REDIS_TLS_CERT', 'REDIS_TLS_KEY'], 'Must be set together with REDIS_TLS_KEY'),
  )
  .refine(
    isKeyPair,
    crossFieldRule(
      ['REDIS_TLS_CERT', 'REDIS_TLS_KEY'],
      'Must be a certificate in PEM, and REDIS_TLS_KEY its private key',
    ),
  );
export type CommonConfig = Readonly<z.infer<typeof commonConfig>>;

function isOneSlot(url: string, prefix: string): boolean {
  return parseRedisUrl(url).kind !== 'cluster' || hasHashTag(prefix);
}

function hashTagRule(example: string): string {
  return `Must contain a hash tag in a Redis Cluster, as in {${example}}, so that all keys are in one slot`;
}
