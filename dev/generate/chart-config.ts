import * as z from 'zod';

/** Variables that the chart sets itself: addresses, ports, secrets, and those derived from other values. */
const SET_BY_THE_CHART = new Set([
  'REDIS_URL',
  'STORE_REDIS_URL',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'STORE_REDIS_USERNAME',
  'STORE_REDIS_PASSWORD',
  'REDIS_TLS_CA',
  'REDIS_TLS_CERT',
  'REDIS_TLS_KEY',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
  'API_PORT',
  'IDEMPOTENCY_SECRET',
  'IDEMPOTENCY_SECRET_OTHER',
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_OTHER',
  'METRICS_GATEWAY_URL',
  'ADMIN_USER',
  'ADMIN_PASSWORD',
  'AUTH_KEYS_FILE',
  'READY_AFTER',
  'WORKER_PORT',
  'WORKER_EXIT_WHEN_IDLE_SECONDS',
  'GATEWAY_PORT',
  'SCALER_PORT',
  'PROMETHEUS_URL',
  'WORKER_MAX_REPLICAS',
  'SCALING_TARGET',
  'SCALING_TRIGGER',
]);

/** The schemas of the services, and the one that is common to them, by their names in the values. */
export type ConfigSchemas = Readonly<Record<string, z.ZodObject> & { common?: z.ZodObject }>;

/** The values below `config`: for each service the variables that values.yaml sets. */
export type ConfigValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The JSON schema of the chart's value `config`, or of `job.env`. Variables in `values` are required: the templates
 * use them, and Helm lets a user remove them with `null`.
 */
export function chartConfigSchema(schemas: ConfigSchemas, values: ConfigValues = {}): object {
  const groups = Object.entries(schemas).map(([group, { shape }]) => {
    const fields = Object.entries<z.ZodType>(shape)
      .filter(([name]) => !SET_BY_THE_CHART.has(name))
      .filter(([name]) => group === 'common' || !(name in (schemas.common?.shape ?? {})))
      .map(([name, field]) => [name, fieldSchema(field)] as const);
    return [group, strictObject(Object.fromEntries(fields), Object.keys(values[group] ?? {}))] as const;
  });
  return strictObject(Object.fromEntries(groups), Object.keys(values));
}

function strictObject(properties: object, required: readonly string[]): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length > 0 && { required }),
  };
}

/** A coerced number has its output type; a list that is split has its input type. */
function fieldSchema(field: z.ZodType): object {
  const [input, output] = (['input', 'output'] as const).map((io) =>
    z.toJSONSchema(field, { io, target: 'draft-7', unrepresentable: 'any' }),
  );
  const schema = input?.type === undefined && output?.type !== undefined ? output : input;
  return { ...schema, $schema: undefined };
}
