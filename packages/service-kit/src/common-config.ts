import { z } from 'zod';
import { doc, field } from './config.ts';
import { NAMESPACE } from './namespace.ts';
import { credentials, withCredentials } from './redis-credentials.ts';

const fields = z.object({
  REDIS_URL: field
    .redisUrl('Redis of the queue, with `noeviction`; a path such as `/1` selects a database')
    .default('redis://127.0.0.1:6379'),
  STORE_REDIS_URL: field
    .redisUrl("Redis of the job's data, such as a cache of results; empty: the same as REDIS_URL")
    .optional(),
  ...credentials,
  QUEUE_PREFIX: field.text('bull', 'Prefix of all keys of the queues; `{bull}` in a Redis Cluster'),
  STORE_PREFIX: field.text(
    NAMESPACE,
    `Prefix of all keys of the job's data; \`{${NAMESPACE}}\` in a Redis Cluster`,
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
export const commonConfig = withCredentials(fields);
export type CommonConfig = Readonly<z.infer<typeof commonConfig>>;
