import { z } from 'zod';

/** Every refusal there is: HTTP status and the title of its problem+json (RFC 9457). */
export const ERRORS = {
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'Credentials are required' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This path does not know the method' },
  not_acceptable: { status: 406, title: 'None of the accepted media types can be served' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used with another body' },
  not_done: { status: 409, title: 'The task has no primes to stream' },
  already_ended: { status: 409, title: 'The task has ended' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  invalid: { status: 422, title: 'The request breaks the schema' },
  upgrade_required: { status: 426, title: 'Results are streamed, which needs HTTP/1.1' },
  internal: { status: 500, title: 'An unexpected error' },
  redis_unavailable: { status: 503, title: 'Redis is away' },
  queue_full: { status: 503, title: 'The queue is full' },
  result_unavailable: { status: 503, title: 'The result is being computed again' },
  gateway_unavailable: { status: 503, title: 'The metrics gateway is away' },
  sample_stale: { status: 503, title: 'The last sample is too old' },
  stopping: { status: 503, title: 'This instance is stopping' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ErrorCode = keyof typeof ERRORS;

export const ProblemSchema = z
  .strictObject({
    type: z.string().meta({ examples: ['urn:primes:problem:invalid'] }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    request_id: z.string(),
    trace_id: z.string(),
    errors: z
      .array(z.strictObject({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'One entry a field that breaks the schema' }),
    task_id: z
      .string()
      .optional()
      .meta({ description: 'The id that a submission tried when its outcome is not known' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof ProblemSchema>;
