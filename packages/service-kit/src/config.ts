import { z } from 'zod';

/** A process refused to start because of its environment; the message lists every problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the variables that `schema` names and gives back a frozen value.
 * An empty variable counts as one that is not set, as Compose files and charts write it.
 *
 * @throws {ConfigError} naming all variables that are missing or wrong, not just the first
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): Readonly<z.output<S>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .filter((name) => env[name] !== undefined && env[name] !== '')
      .map((name) => [name, env[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The environment is not usable: ${problems.join('; ')}`);
}

/** One row of the table of variables. */
export interface VariableDoc {
  readonly name: string;
  readonly default: string;
  readonly description: string;
}

/** The table of a schema's variables, for the docs that are generated from it. */
export function describeConfig(schema: z.ZodObject): VariableDoc[] {
  return Object.entries<z.core.$ZodType>(schema.shape).map(([name, field]) => {
    const description = descriptionOf(field);
    const fallback = z.safeParse(field, undefined);
    return { name, default: fallback.success ? printable(fallback.data) : 'required', description };
  });
}

/** Where `default`, `optional` or `transform` wrap a field, its description is further in. */
function descriptionOf(type: z.core.$ZodType): string {
  const { description } = z.globalRegistry.get(type) ?? {};
  if (description !== undefined) return description;
  const { innerType, in: input } = type._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = innerType ?? input;
  return inner ? descriptionOf(inner) : '';
}

function printable(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || Array.isArray(value) ? '' : JSON.stringify(value);
}

const doc = (description: string) => ({ description });

/** Builders of fields; the description is the field's row in the generated table. */
export const field = {
  port: (fallback: number, description: string) =>
    z.coerce.number().int().min(0).max(65_535).default(fallback).meta(doc(description)),
  integer: (range: { min: number; max: number; default: number }, description: string) =>
    z.coerce.number().int().min(range.min).max(range.max).default(range.default).meta(doc(description)),
  milliseconds: (fallback: number, description: string) =>
    z.coerce.number().int().min(0).max(86_400_000).default(fallback).meta(doc(description)),
  text: (fallback: string, description: string) => z.string().default(fallback).meta(doc(description)),
  optionalText: (description: string) => z.string().optional().meta(doc(description)),
  flag: (fallback: boolean, description: string) => z.stringbool().default(fallback).meta(doc(description)),
  list: (description: string) =>
    z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      )
      .meta(doc(description)),
  redisUrl: (description: string) =>
    z.url({ protocol: /^rediss?$/, error: 'Must be a redis:// or rediss:// URL' }).meta(doc(description)),
  httpUrl: (description: string) =>
    z.url({ protocol: /^https?$/, error: 'Must be an http:// or https:// URL' }).meta(doc(description)),
};

/** What every process is told; each service's own schema extends it. */
export const commonConfig = z.object({
  REDIS_URL: field
    .redisUrl('The queue: its Redis, with `noeviction`; `/1` at the end names a database')
    .default('redis://127.0.0.1:6379'),
  STORE_REDIS_URL: field
    .redisUrl('The prime store, which may live in a Redis of its own; empty: the same as REDIS_URL')
    .optional(),
  QUEUE_PREFIX: field.text('bull', 'Prefix of all keys of the queues; `{bull}` in a Redis Cluster'),
  STORE_PREFIX: field.text('primes', 'Prefix of all keys of the store; `{primes}` in a Redis Cluster'),
  REDIS_COMMAND_TIMEOUT_MS: field.milliseconds(2_000, 'How long an answer of Redis is waited for'),
  REDIS_WAIT_MS: field.milliseconds(
    60_000,
    'At the start: how long Redis is waited for while it cannot be reached, before the process gives up',
  ),
  HOST: field.text('0.0.0.0', 'Address to listen on'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta(doc('The least level that is logged')),
  LOG_FORMAT: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .meta(doc('`auto`: pretty on a terminal, JSON elsewhere')),
  SHUTDOWN_DEADLINE_MS: field.milliseconds(20_000, 'After SIGTERM: when to give up on an orderly end'),
});
export type CommonConfig = Readonly<z.infer<typeof commonConfig>>;
