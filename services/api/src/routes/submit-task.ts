import { ERRORS, submitTaskSchema, type TaskSpec } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import type { ApiConfig } from '../config.ts';
import { httpError } from '../errors.ts';
import type { Submit } from '../tasks/submit.ts';
import type { AddressRules } from '../webhooks/address-rules.ts';
import { queryOf } from './query.ts';
import { IdempotencyKey, NoQuery } from './schemas.ts';

export interface SubmitTaskDeps {
  readonly submit: Submit;
  readonly rules: AddressRules;
  readonly config: Pick<ApiConfig, 'MAX_N'>;
}

/** POST /tasks: check all of it, then put it on the queue. */
export function submitTask({ submit, rules, config }: SubmitTaskDeps) {
  const schema = submitTaskSchema(config.MAX_N);

  return async function handleSubmitTask(req: Request, res: Response): Promise<void> {
    queryOf(req, NoQuery);
    const body = validate(schema, jsonBody(req), ERRORS.invalid);
    const spec: TaskSpec = {
      n: body.n,
      timeoutSeconds: body.timeout_seconds,
      priority: body.priority,
      fresh: body.fresh,
      callbackUrl: body.callback_url ?? null,
    };
    if (spec.callbackUrl !== null) refuseForbiddenAddress(rules, spec.callbackUrl);
    const { requestId, traceparent } = contextOf(req);
    const { summary, created } = await submit(spec, {
      requestId,
      traceparent,
      idempotencyKey: idempotencyKeyOf(req),
    });
    res.locals['taskId'] = summary.request_id;
    res
      .status(created ? 202 : 200)
      .location(`/tasks/${summary.request_id}`)
      .set('Retry-After', '1')
      .json(summary);
  };
}

function jsonBody(req: Request): unknown {
  // Express has parsed what says to be JSON, and left everything else.
  if (req.body !== undefined) return req.body;
  if (req.is('application/json') === false) {
    throw httpError('unsupported_media_type', { detail: 'Content-Type must be application/json' });
  }
  throw httpError('malformed', { detail: 'The body is empty' });
}

function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return undefined;
  const parsed = IdempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map((issue) => issue.message).join('; ');
  throw httpError('malformed', { detail: `Idempotency-Key: ${detail}` });
}

function refuseForbiddenAddress(rules: AddressRules, url: string): void {
  const reason = rules.refusalOfUrl(url);
  if (reason === undefined) return;
  const detail = `callback_url: ${reason}`;
  throw httpError('invalid', { detail, errors: [{ field: 'callback_url', detail: reason }] });
}
