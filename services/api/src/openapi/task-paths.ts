import { TaskListSchema, TaskSummarySchema, TaskViewSchema, submitTaskSchema } from '@primes/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { GetTaskQuery, IdempotencyKey, ListTasksQuery } from '../routes/schemas.ts';
import { empty, json, media, problems } from './responses.ts';

const path = z.object({ id: z.string().meta({ description: '`request_id` of the task' }) });
const tags = ['tasks'];

/** Everything below /tasks. */
export function taskPaths(maxN: number): ZodOpenApiPathsObject {
  const accepted = {
    Location: { schema: { type: 'string' }, description: 'Path of the task' },
    'Retry-After': { schema: { type: 'string' }, description: 'Seconds to the first poll' },
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
              description: 'A repeated key with an equal body gives the same task, with another one 409',
            }),
          }),
        },
        requestBody: {
          required: true,
          content: { 'application/json': { schema: submitTaskSchema(maxN) } },
        },
        responses: {
          '202': json('Accepted: Redis has it', TaskSummarySchema, accepted),
          '200': json('The Idempotency-Key had made this task before', TaskSummarySchema, accepted),
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
        summary: 'List tasks, the newest first',
        tags,
        requestParams: { query: ListTasksQuery },
        responses: {
          '200': json('A page', TaskListSchema),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}': {
      get: {
        operationId: 'getTask',
        summary: 'Read a task, and its primes once it is done',
        tags,
        requestParams: { path, query: GetTaskQuery },
        responses: {
          '200': {
            ...json('The task, or its primes alone in the other media types', TaskViewSchema),
            content: {
              'application/json': { schema: TaskViewSchema },
              'text/plain': { schema: z.string() },
              'text/csv': { schema: z.string() },
              'application/x-ndjson': { schema: z.string() },
            },
          },
          ...problems(
            'malformed',
            'not_found',
            'not_acceptable',
            'not_done',
            'invalid',
            'upgrade_required',
            'result_unavailable',
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
          '202': json('Marked; a worker ends it', TaskSummarySchema),
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
            'Last-Event-ID': z.string().optional().meta({ description: 'What the client knows already' }),
          }),
        },
        responses: {
          '200': media('Events named `task`, each with a task as its data', ['text/event-stream']),
          '204': empty('The task has ended, and Last-Event-ID says that the client knows'),
          ...problems('malformed', 'not_found', 'invalid', 'redis_unavailable'),
        },
      },
    },
  };
}
