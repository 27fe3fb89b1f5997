import { ERRORS, ProblemSchema, type ErrorCode } from '@primes/contracts';
import * as z from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';

type Headers = Readonly<
  Record<string, { schema: { type: 'string' }; description: string; required?: boolean }>
>;

/** Headers of every response. */
const commonHeaders = {
  'X-Request-Id': { schema: { type: 'string' }, description: 'The request id of the client, or a new UUID' },
  traceparent: { schema: { type: 'string' }, description: 'W3C Trace Context of this request' },
} as const;
const retryAfter = {
  'Retry-After': { schema: { type: 'string' }, description: 'Seconds' },
} as const;

/** The error responses of a path, by error code; codes with the same status share an entry. */
export function problems(...codes: ErrorCode[]): ZodOpenApiResponsesObject {
  return problemsWith({}, ...codes);
}

/** The same, with further headers. */
export function problemsWith(headers: Headers, ...codes: ErrorCode[]): ZodOpenApiResponsesObject {
  const titles = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = ERRORS[code];
    titles.set(status, [...(titles.get(status) ?? []), title]);
  }
  return Object.fromEntries(
    [...titles].map(([status, each]) => [
      String(status),
      {
        description: each.join('; or: '),
        headers: { ...commonHeaders, ...(status === 503 && retryAfter), ...headers },
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  );
}

/** A response with a JSON body. */
export function json(description: string, schema: z.ZodType, headers: Headers = {}) {
  return {
    description,
    headers: { ...commonHeaders, ...headers },
    content: { 'application/json': { schema } },
  };
}

/** A response in other media types, with one schema for all. */
export function media(description: string, types: readonly string[], schema: z.ZodType = z.string()) {
  return {
    description,
    headers: commonHeaders,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

/** A response without a body. */
export function empty(description: string) {
  return { description, headers: commonHeaders };
}
