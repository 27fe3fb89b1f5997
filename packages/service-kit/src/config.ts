import type { ValuesOf } from '@primes/contracts';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { parseRedisUrl } from './redis-url.ts';
import { validationMessages } from './validation-messages.ts';

/** The environment is invalid, so the process does not start; the message lists every problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the variables that `schema` names, or the files that `NAME_FILE` names, and returns a frozen object.
 * An empty variable counts as unset, because Compose files and charts write unset variables that way.
 *
 * @throws {ConfigError} with all variables that are missing or invalid, not only the first
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const problems: string[] = [];
  const given: Record<string, string | undefined> = {};
  for (const name of Object.keys(schema.shape)) {
    try {
      given[name] = valueOf(name, env);
    } catch (error) {
      problems.push(`${name}_FILE: ${(error as Error).message}`);
    }
  }
  const parsed = schema.safeParse(given, { error: validationMessages });
  problems.push(...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`));
  // `Number` takes a blank text for 0.
  const blank = Object.entries(parsed.data ?? {}).filter(
    ([name, value]) => typeof value === 'number' && given[name]?.trim() === '',
  );
  problems.push(...blank.map(([name]) => `${name}: Must be a whole number`));
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`Invalid configuration: ${problems.join('; ')}`);
  }
  Object.freeze(parsed.data);
  return parsed.data;
}

/** A variable, or the content of its file without a byte order mark and the newline at its end. */
function valueOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const [value, file] = [env[name] ?? '', env[`${name}_FILE`] ?? ''];
  if (file === '') return value === '' ? undefined : value;
  if (value !== '') throw new RangeError(`Must not be set together with ${name}`);
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF|\r?\n$/g, '');
  if (text === '') throw new RangeError(`The file ${file} is empty`);
  return text;
}

/**
 * For `refine`: a rule across variables. It runs when each of them is valid, even if other variables are not, so that
 * all problems are reported at once. The error is reported for the first variable.
 */
export function crossFieldRule(names: readonly [string, ...string[]], error: string) {
  const isOneOfThem = ({ path }: { readonly path?: PropertyKey[] | undefined }) =>
    names.includes(String(path?.[0]));
  return {
    path: [names[0]],
    error,
    when: ({ issues }: z.core.ParsePayload) => !issues.some(isOneOfThem),
  };
}

/** The schema of a service with the variables of its job. */
export function withVariables<S extends z.ZodObject, Variables extends z.ZodRawShape>(
  schema: S,
  variables: Variables | undefined,
) {
  // zod's type cannot express the extension of a generic schema.
  return schema.safeExtend(variables ?? {}) as unknown as S & z.ZodType<ValuesOf<Variables>>;
}

/** One row of the configuration table. */
export interface VariableDoc {
  readonly name: string;
  readonly default: string;
  readonly description: string;
}

/** The configuration table of a schema, for the generated docs. */
export function describeConfig(schema: z.ZodObject): VariableDoc[] {
  return Object.entries<z.core.$ZodType>(schema.shape).map(([name, field]) => {
    const description = descriptionOf(field);
    const fallback = z.safeParse(field, undefined);
    return { name, default: fallback.success ? printable(fallback.data) : 'required', description };
  });
}

/** `default`, `optional` and `transform` wrap the type that has the description. */
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

const HTTP_URL = { protocol: /^https?$/, error: 'Must be an http:// or https:// URL' };

/** The description of a field without a builder. */
export const doc = (description: string) => ({ description });

function isRedisUrl(payload: z.core.ParsePayload<string>): void {
  try {
    parseRedisUrl(payload.value);
  } catch (error) {
    payload.issues.push({ code: 'custom', message: (error as Error).message, input: payload.value });
  }
}

/** Field builders; the description is the field's row in the generated table. */
export const field = {
  port: (fallback: number, description: string) =>
    z.coerce.number().int().min(0).max(65_535).default(fallback).meta(doc(description)),
  integer: (range: { min: number; max: number; default: number }, description: string) =>
    z.coerce.number().int().min(range.min).max(range.max).default(range.default).meta(doc(description)),
  /** A number whose default is computed. */
  optionalInteger: (range: { min: number; max: number }, description: string) =>
    z.coerce.number().int().min(range.min).max(range.max).optional().meta(doc(description)),
  /** A duration from 0 to an hour. A timeout needs its own range: use `integer`. */
  milliseconds: (fallback: number, description: string) =>
    z.coerce.number().int().min(0).max(3_600_000).default(fallback).meta(doc(description)),
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
  redisUrl: (description: string) => z.string().check(isRedisUrl).meta(doc(description)),
  httpUrls: (description: string) =>
    field.list(description).refine((urls) => urls.every((url) => z.url(HTTP_URL).safeParse(url).success), {
      error: 'Must be http:// or https:// URLs, separated by commas',
    }),
  httpUrl: (description: string) => z.url(HTTP_URL).meta(doc(description)),
};
