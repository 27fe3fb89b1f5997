import { ERRORS, ProblemSchema, type ErrorCode } from '@primes/contracts';
import { z } from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';

type Headers = Readonly<Record<string, { schema: { type: 'string' }; description: string }>>;

/** Headers that every answer carries. */
const everyAnswer = {
  'X-Request-Id': { schema: { type: 'string' }, description: 'The given one, or a new UUID' },
  traceparent: { schema: { type: 'string' }, description: 'W3C Trace Context of this request' },
} as const;
const retryAfter = {
  'Retry-After': { schema: { type: 'string' }, description: 'Seconds' },
} as const;

/** The refusals of a path, by the codes of the error table; codes of one status share an entry. */
export function problems(...codes: ErrorCode[]): ZodOpenApiResponsesObject {
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
        headers: status === 503 ? { ...everyAnswer, ...retryAfter } : everyAnswer,
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  );
}

/** An answer with a JSON body. */
export function json(description: string, schema: z.ZodType, headers: Headers = {}) {
  return {
    description,
    headers: { ...everyAnswer, ...headers },
    content: { 'application/json': { schema } },
  };
}

/** An answer in other media types, with one schema for all. */
export function media(description: string, types: readonly string[], schema: z.ZodType = z.string()) {
  return {
    description,
    headers: everyAnswer,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

/** An answer without a body. */
export function empty(description: string) {
  return { description, headers: everyAnswer };
}
