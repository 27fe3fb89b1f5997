import { submitTaskSchema, type JobType, type TaskSpec } from '@primes/contracts';
import { HttpError, contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import type { ApiConfig } from '../config.ts';
import type { Submit } from '../tasks/submit.ts';
import type { AddressRules } from '../webhooks/address-rules.ts';
import { IdempotencyKey, NoQuery } from '../requests/schemas.ts';

export interface SubmitTaskDeps {
  readonly submit: Submit;
  readonly rules: AddressRules;
  readonly type: JobType<object>;
  readonly config: ApiConfig;
}

/** POST /tasks: validates the request and adds the task to the queue. */
export function submitTask({ submit, rules, type, config }: SubmitTaskDeps) {
  const schema = withAddressRules(submitTaskSchema(type.submission(config)), rules);

  return async function handleSubmitTask(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    const { timeout_seconds, priority, callback_url, ...input } = validate(schema, jsonBody(req));
    const options = { timeoutSeconds: timeout_seconds, priority, callbackUrl: callback_url ?? null };
    const spec: TaskSpec = { ...input, ...options };
    const { requestId, traceparent, principal } = contextOf(req);
    const { summary, created } = await submit(spec, {
      requestId,
      traceparent,
      principal,
      idempotencyKey: idempotencyKeyOf(req),
    });
    res.locals['taskId'] = summary.request_id;
    res
      .status(created ? 202 : 200)
      .location(`${config.BASE_PATH}/tasks/${summary.request_id}`)
      .set('Retry-After', '1')
      .json(summary);
  };
}

function jsonBody(req: Request): unknown {
  // Express parses only bodies of type JSON.
  if (req.body !== undefined) return req.body;
  if (req.is('application/json') === false) {
    const detail = `Content-Type must be application/json, received ${req.get('content-type') ?? 'none'}`;
    throw new HttpError('unsupported_media_type', { detail });
  }
  throw new HttpError('malformed', { detail: 'The body must be JSON, received none' });
}

function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return undefined;
  const parsed = IdempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map((issue) => issue.message).join('; ');
  throw new HttpError('malformed', { detail: `Idempotency-Key: ${detail}` });
}

/** Part of the schema, so that a forbidden address is reported together with other errors. */
function withAddressRules(schema: ReturnType<typeof submitTaskSchema>, rules: AddressRules) {
  return schema.extend({
    callback_url: schema.shape.callback_url.superRefine((url, context) => {
      const reason = url === undefined ? undefined : rules.rejectionOf(url);
      if (reason !== undefined) context.addIssue(reason);
    }),
  });
}
