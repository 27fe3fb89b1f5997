import { submitTaskSchema, taskSchemas, type JobType, type ResultFormat } from '@primes/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { JSON_TYPE } from '../results/formats.ts';
import {
  GetTaskQuery,
  GetTaskWithoutPagesQuery,
  IdempotencyKey,
  ListTasksQuery,
} from '../requests/schemas.ts';
import { empty, json, media, problems } from './responses.ts';

const path = z.object({ id: z.string().meta({ description: '`request_id` of the task' }) });
const tags = ['tasks'];

/** All paths below /tasks. */
export function taskPaths(
  type: JobType<object>,
  {
    formats,
    config,
  }: { formats: readonly ResultFormat[] | undefined; config: Readonly<Record<string, unknown>> },
): ZodOpenApiPathsObject {
  const { summary, task, list } = taskSchemas(type.view, type.result);
  const others = (formats ?? [])
    .map(({ mediaType }) => mediaType)
    .filter((mediaType) => mediaType !== JSON_TYPE);
  const accepted = {
    Location: { schema: { type: 'string' }, description: 'Path of the task' },
    'Retry-After': { schema: { type: 'string' }, description: 'Seconds until the first poll' },
  } as const;
  return {
    '/tasks': {
      post: {
        operationId: 'submitTask',
        summary: 'Submit a task',
        tags,
        requestParams: {
          header: z.object({
            'Idempotency-Key': IdempotencyKey.optional().meta({
              description:
                'The same key with the same body returns the same task, with a different body 409. Without a key, ' +
                'a retry after 503 may create a second task',
            }),
          }),
        },
        requestBody: {
          required: true,
          content: { 'application/json': { schema: submitTaskSchema(type.submission(config)) } },
        },
        responses: {
          '202': json('Accepted and stored in Redis', summary, accepted),
          '200': json('The task that was created earlier with this Idempotency-Key', summary, accepted),
          ...problems(
            'malformed',
            'idempotency_conflict',
            'too_large',
            'unsupported_media_type',
            'invalid',
            'queue_full',
            'redis_unavailable',
          ),
        },
      },
      get: {
        operationId: 'listTasks',
        summary: 'List tasks, newest first',
        tags,
        requestParams: { query: ListTasksQuery },
        responses: {
          '200': json('A page of tasks', list),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}': {
      get: {
        operationId: 'getTask',
        summary: 'Read a task, and its result once it is done',
        tags,
        requestParams: { path, query: formats ? GetTaskQuery : GetTaskWithoutPagesQuery },
        responses: {
          '200': {
            ...json(
              others.length > 0 ? 'The task, or only its result in the other media types' : 'The task',
              task,
            ),
            content: {
              [JSON_TYPE]: { schema: task },
              ...Object.fromEntries(others.map((mediaType) => [mediaType, { schema: z.string() }])),
            },
          },
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
        requestParams: { path },
        responses: {
          '202': json('`cancelled`, or still `processing` until its worker stops it', summary),
          ...problems('malformed', 'not_found', 'already_ended', 'invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}/events': {
      get: {
        operationId: 'followTask',
        summary: 'Follow a task as server-sent events until it ends',
        tags,
        requestParams: {
          path,
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
