import { GIVE_UP_AFTER, type JobType } from '@primes/contracts';
import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { exemplify } from './examples.ts';
import type { TaskSchemas } from './task-paths.ts';

const headers = z.object({
  'webhook-id': z.string().meta({
    description: 'The same for each attempt to deliver this webhook: receivers can skip duplicates',
  }),
  'webhook-timestamp': z
    .string()
    .meta({ description: 'Seconds since the epoch, of this attempt: receivers should reject old ones' }),
  'webhook-signature': z.string().meta({
    description:
      'Standard Webhooks: `v1,` and the base64 of HMAC-SHA256(secret, `id.timestamp.body`). While the secret is being ' +
      'replaced there are two, separated by a space; one valid signature is enough',
  }),
  traceparent: z.string().meta({ description: 'W3C Trace Context of this attempt' }),
});

/** What the api sends to a `callback_url`. */
export function webhooks(
  { summary }: Pick<TaskSchemas, 'summary'>,
  type: Pick<JobType<object>, 'example'>,
): ZodOpenApiPathsObject {
  return {
    taskEnded: {
      post: {
        operationId: 'taskEnded',
        summary: 'A task has ended',
        description:
          'Sent to `callback_url` once a task is done, failed or cancelled; at least once, and not in order. ' +
          'Verify the signature over the raw body (https://www.standardwebhooks.com).',
        tags: ['tasks'],
        security: [],
        requestParams: { header: headers },
        requestBody: exemplify(type)(
          {
            required: true,
            description: 'The task without its result',
            content: { 'application/json': { schema: summary } },
          },
          'Ended',
        ),
        responses: {
          '2XX': { description: 'Delivered. The body is ignored' },
          '410': { description: 'Not delivered and not sent again' },
          default: {
            description:
              `Any other status, a redirect, or none in time: sent again, ${GIVE_UP_AFTER.deliveries} times in all over ` +
              'about an hour. A Retry-After of up to an hour is honoured',
          },
        },
      },
    },
  };
}
