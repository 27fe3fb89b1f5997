import {
  SubmittedBatchSchema,
  TASK_LIMITS,
  submitTaskSchema,
  type JobType,
  type ResultFormat,
} from '@primes/contracts';
import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { NDJSON_TYPE } from '../requests/body.ts';
import { JSON_TYPE } from '../results/formats.ts';
import {
  GetTaskQuery,
  GetTaskWithoutPagesQuery,
  IdempotencyKey,
  listTasksQuery,
} from '../requests/schemas.ts';
import { TaskWebhookSchema } from '../tasks/webhook-of.ts';
import { exemplify } from './examples.ts';
import { empty, json, media, problems } from './responses.ts';

/** The parameter of the paths of one task. */
export const taskPath = z.object({ id: z.string().meta({ description: '`request_id` of the task' }) });
const tags = ['tasks'];
const idempotencyKey = {
  header: z.object({
    'Idempotency-Key': IdempotencyKey.optional().meta({
      description:
        'The same key with the same body returns the same tasks, with a different body 409. Without a key, ' +
        'a retry after 503 may create the tasks a second time',
    }),
  }),
};
const Prefer = z
  .string()
  .optional()
  .meta({ description: 'RFC 7240: `wait=N` waits up to N seconds for the end of the task, at most 55' });
const preferenceApplied = {
  schema: { type: 'string' },
  description: '`wait=N`, if the task has ended in time',
  required: false,
} as const;
/** Of submissions. */
const rejections = problems(
  'malformed',
  'idempotency_conflict',
  'too_large',
  'unsupported_media_type',
  'invalid',
  'queue_full',
  'redis_unavailable',
);

/** The schemas of `taskSchemas`. */
export type TaskSchemas = Readonly<Record<'summary' | 'task' | 'list', z.ZodType>>;

/** All paths below /tasks. */
export function taskPaths(
  { summary, task, list }: TaskSchemas,
  type: JobType<object>,
  {
    formats,
    config,
  }: { formats: readonly ResultFormat[] | undefined; config: Readonly<Record<string, unknown>> },
): ZodOpenApiPathsObject {
  const submission = submitTaskSchema(type.submission(config));
  const others = (formats ?? [])
    .map(({ mediaType }) => mediaType)
    .filter((mediaType) => mediaType !== JSON_TYPE);
  const otherFormats = Object.fromEntries(others.map((mediaType) => [mediaType, { schema: z.string() }]));
  const example = exemplify(type);
  const accepted = {
    Location: { schema: { type: 'string' }, description: 'Path of the task or the tasks' },
    'Retry-After': { schema: { type: 'string' }, description: 'Seconds until the first poll' },
  } as const;
  return {
    '/tasks': {
      post: {
        operationId: 'submitTask',
        summary: 'Submit a task',
        tags,
        requestParams: { header: idempotencyKey.header.extend({ Prefer }) },
        requestBody: {
          required: true,
          content: { 'application/json': { schema: submission, ...exampleOf(type.submission(config)) } },
        },
        responses: {
          '202': example(json('Accepted and stored in Redis', summary, accepted), 'Accepted'),
          '200': example(
            {
              ...json(
                'With `Prefer: wait`, the task that has ended, as GET returns it; or the task that was created earlier ' +
                  'with this Idempotency-Key',
                z.union([task, summary]),
                { Location: accepted.Location, 'Preference-Applied': preferenceApplied },
              ),
              content: { [JSON_TYPE]: { schema: z.union([task, summary]) }, ...otherFormats },
            },
            'Done',
          ),
          ...rejections,
        },
      },
      get: {
        operationId: 'listTasks',
        summary: 'List tasks, newest first',
        tags,
        requestParams: { query: listTasksQuery(type) },
        responses: {
          '200': example(json('A page of tasks', list), 'TaskPage'),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    // Before the next path, which includes it.
    '/tasks/batch': {
      post: {
        operationId: 'submitBatch',
        summary: 'Submit up to 1,000 tasks, all or none',
        tags,
        requestParams: idempotencyKey,
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: z.array(submission).min(1).max(TASK_LIMITS.batchLength) },
            [NDJSON_TYPE]: { schema: z.string().meta({ description: 'One task a line' }) },
          },
        },
        responses: {
          '202': example(
            json('All tasks are accepted and stored in Redis', SubmittedBatchSchema, accepted),
            'Batch',
          ),
          '200': example(
            json(
              'The batch that was created earlier with this Idempotency-Key',
              SubmittedBatchSchema,
              accepted,
            ),
            'Batch',
          ),
          ...rejections,
        },
      },
    },
    '/tasks/{id}': {
      get: {
        operationId: 'getTask',
        summary: 'Read a task, and its result once it is done',
        tags,
        requestParams: { path: taskPath, query: formats ? GetTaskQuery : GetTaskWithoutPagesQuery },
        responses: {
          '200': example(
            {
              ...json(
                others.length > 0 ? 'The task, or only its result in the other media types' : 'The task',
                task,
              ),
              content: {
                [JSON_TYPE]: { schema: task },
                ...otherFormats,
              },
            },
            'Done',
          ),
          ...problems(
            'malformed',
            'not_found',
            'not_acceptable',
            ...(formats ? (['not_done'] as const) : []),
            'invalid',
            ...(formats ? (['upgrade_required', 'result_unavailable'] as const) : []),
            'too_many_streams',
            'redis_unavailable',
          ),
        },
      },
      delete: {
        operationId: 'cancelTask',
        summary: 'Cancel a task that has not ended',
        tags,
        requestParams: { path: taskPath },
        responses: {
          '202': example(
            json('`cancelled`, or still `processing` until its worker stops it', summary),
            'Cancelled',
          ),
          ...problems('malformed', 'not_found', 'already_ended', 'invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}/webhook': {
      get: {
        operationId: 'getTaskWebhook',
        summary: 'Read how far the delivery of the webhook of a task is',
        tags,
        requestParams: { path: taskPath },
        responses: {
          '200': json('The webhook, or null', TaskWebhookSchema),
          ...problems('malformed', 'not_found', 'invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}/events': {
      get: {
        operationId: 'followTask',
        summary: 'Follow a task as server-sent events until it ends',
        tags,
        requestParams: {
          path: taskPath,
          header: z.object({
            'Last-Event-ID': z
              .string()
              .optional()
              .meta({ description: 'The id of the last event that the client received' }),
          }),
        },
        responses: {
          '200': media(
            'Events named `task` whose data is the task. With `Accept: text/event-stream`, `retry` instead of a 503',
            ['text/event-stream'],
          ),
          '204': empty(
            'The task has ended, and Last-Event-ID shows that the client has received the last event',
          ),
          ...problems('malformed', 'not_found', 'invalid', 'too_many_streams', 'redis_unavailable'),
        },
      },
    },
  };
}

/** The input of the first “Try it out”: the fields that have an example. The whole schema would send a webhook somewhere. */
function exampleOf(fields: z.ZodRawShape): { example?: object } {
  const examples = Object.entries(fields).flatMap(([name, field]) => {
    const [first] = (field as z.ZodType).meta()?.examples ?? [];
    return first === undefined ? [] : [[name, first] as const];
  });
  return examples.length === 0 ? {} : { example: Object.fromEntries(examples) };
}
