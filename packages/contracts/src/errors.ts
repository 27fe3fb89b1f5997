import * as z from 'zod';

/** Every error response: HTTP status and title of its problem document (RFC 9457). */
export const ERRORS = {
  malformed: { status: 400, title: 'Malformed request' },
  unauthorized: { status: 401, title: 'Authentication required' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'Not acceptable' },
  idempotency_conflict: { status: 409, title: 'Idempotency-Key used with a different body' },
  not_done: { status: 409, title: 'Task has no result to stream' },
  not_failed: { status: 409, title: 'Task has not failed' },
  already_ended: { status: 409, title: 'Task has already ended' },
  too_large: { status: 413, title: 'Content too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid: { status: 422, title: 'Validation failed' },
  rate_limited: { status: 429, title: 'Too many requests' },
  quota_exceeded: { status: 429, title: 'Too many waiting tasks' },
  upgrade_required: { status: 426, title: 'HTTP/1.1 required' },
  internal: { status: 500, title: 'Internal server error' },
  redis_unavailable: { status: 503, title: 'Redis is unavailable' },
  queue_full: { status: 503, title: 'Queue is full' },
  too_many_streams: { status: 503, title: 'Too many open streams' },
  result_unavailable: { status: 503, title: 'Result is being recomputed' },
  gateway_unavailable: { status: 503, title: 'Metrics gateway is unavailable' },
  issuer_unavailable: { status: 503, title: 'Issuer of access tokens is unavailable' },
  sample_stale: { status: 503, title: 'Sample is stale' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ErrorCode = keyof typeof ERRORS;

export const ProblemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'A URN that ends with the code of the problem, such as `invalid`' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    request_id: z.string(),
    trace_id: z.string(),
    errors: z
      .array(z.strictObject({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'One entry per invalid field' }),
    batch_id: z.string().optional().meta({ description: 'The same as `task_id`, of a batch' }),
    task_id: z.string().optional().meta({
      description: 'The task of the Idempotency-Key, or the id of a submission whose outcome is unknown',
    }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof ProblemSchema>;
