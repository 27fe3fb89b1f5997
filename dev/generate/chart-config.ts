import { z } from 'zod';

/** What the chart sets itself: addresses, ports, secrets, and what follows from its other values. */
const SET_BY_THE_CHART = new Set([
  'REDIS_URL',
  'STORE_REDIS_URL',
  'HOST',
  'API_PORT',
  'IDEMPOTENCY_SECRET',
  'WEBHOOK_SECRET',
  'METRICS_GATEWAY_URL',
  'ADMIN_USER',
  'ADMIN_PASSWORD',
  'READY_AFTER',
  'WORKER_PORT',
  'WORKER_EXIT_WHEN_IDLE_SECONDS',
  'GATEWAY_PORT',
  'SCALER_PORT',
  'PROMETHEUS_URL',
  'WORKER_MAX_REPLICAS',
]);

export interface ConfigSchemas {
  readonly common: z.ZodObject;
  /** Those of the services, which contain the common one, by their names among the values. */
  readonly services: Readonly<Record<string, z.ZodObject>>;
}

/** The values below `config`: for each service the names of those that stand in values.yaml. */
export type ConfigValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The JSON schema of the chart's value `config`. What stands in values.yaml is required, since the templates reckon
 * with it and Helm lets a user take it away by `null`.
 */
export function chartConfigSchema({ common, services }: ConfigSchemas, values: ConfigValues): object {
  const groups = Object.entries({ common, ...services }).map(([group, { shape }]) => {
    const fields = Object.entries<z.ZodType>(shape)
      .filter(([name]) => !SET_BY_THE_CHART.has(name))
      .filter(([name]) => group === 'common' || !(name in common.shape))
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

/** A coerced number is what it becomes; a list that is split is what it was. */
function fieldSchema(field: z.ZodType): object {
  const [input, output] = (['input', 'output'] as const).map((io) =>
    z.toJSONSchema(field, { io, target: 'draft-7', unrepresentable: 'any' }),
  );
  const schema = input?.type === undefined && output?.type !== undefined ? output : input;
  return { ...schema, $schema: undefined };
}
