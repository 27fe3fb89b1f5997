import { submitTaskSchema, type JobType, type TaskSpec } from '@primes/contracts';
import type * as z from 'zod';
import type { ApiConfig } from '../config.ts';
import type { AddressRules } from '../webhooks/address-rules.ts';

export interface TaskBodyDeps {
  readonly rules: AddressRules;
  readonly type: JobType<object>;
  readonly config: ApiConfig;
}

/** The schema of a submitted task, and what is stored of it. */
export function taskBody({ rules, type, config }: TaskBodyDeps) {
  const schema = withAddressRules(submitTaskSchema(type.submission(config)), rules);

  function specOf(body: z.output<typeof schema>): TaskSpec {
    const { timeout_seconds, priority, callback_url, run_at, queue_timeout_seconds, ...input } = body;
    return {
      ...input,
      timeoutSeconds: timeout_seconds,
      priority,
      callbackUrl: callback_url ?? null,
      // A worker of 0.1.0 would take these for fields of the input.
      ...(run_at !== undefined && { runAt: Date.parse(run_at) }),
      ...(queue_timeout_seconds !== undefined && { queueTimeoutSeconds: queue_timeout_seconds }),
    };
  }
  return { schema, specOf };
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
