import type { JobType } from '@primes/contracts';
import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { exemplify } from '../openapi/examples.ts';
import { json, problems } from '../openapi/responses.ts';
import { taskPath, type TaskSchemas } from '../openapi/task-paths.ts';
import { QueueStateSchema } from './queue-state.ts';
import { ActionResultSchema, actionSchema } from './actions.ts';
import { DeadWebhooksSchema } from './dead-webhooks.ts';
import { FailuresSchema } from './failures.ts';
import { ListDeadWebhooksQuery } from './routes/list-dead-webhooks.ts';
import { RedeliverSchema, RedeliveredSchema } from './routes/redeliver-webhooks.ts';
import { WorkersSchema } from './routes/list-workers.ts';

const tags = ['operators'];

/** The paths of the calls of operators. */
export function operatePaths(
  { summary }: Pick<TaskSchemas, 'summary'>,
  type: Pick<JobType<object>, 'view' | 'example'>,
): ZodOpenApiPathsObject {
  const queue = {
    '200': json('The queue after the call', QueueStateSchema),
    ...problems('invalid', 'redis_unavailable'),
  };
  return {
    '/queue': {
      get: { operationId: 'getQueue', summary: 'Read the state of the queue', tags, responses: queue },
    },
    '/queue/pause': {
      post: {
        operationId: 'pauseQueue',
        summary: 'Stop workers from taking tasks; running tasks continue, and new ones are accepted',
        tags,
        responses: queue,
      },
    },
    '/queue/resume': {
      post: { operationId: 'resumeQueue', summary: 'Undo a pause', tags, responses: queue },
    },
    '/workers': {
      get: {
        operationId: 'listWorkers',
        summary: 'List the workers and their running tasks, as of the last 5 seconds',
        tags,
        responses: {
          '200': json('The workers that have reported in the last 15 seconds', WorkersSchema),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/actions': {
      post: {
        operationId: 'actOnTasks',
        summary: 'Retry, cancel or discard all tasks of a filter',
        tags,
        requestBody: { required: true, content: { 'application/json': { schema: actionSchema(type) } } },
        responses: {
          '200': json('What was done', ActionResultSchema),
          ...problems('malformed', 'too_large', 'unsupported_media_type', 'invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/failures': {
      get: {
        operationId: 'listFailures',
        summary: 'Group the newest failed tasks by code and reason',
        tags,
        responses: {
          '200': json('The groups', FailuresSchema),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    '/tasks/{id}/retry': {
      post: {
        operationId: 'retryTask',
        summary: 'Run a failed or cancelled task again, with all its attempts, its timeout and a new webhook',
        tags,
        requestParams: { path: taskPath },
        responses: {
          '202': exemplify(type)(json('The task, which waits for a worker', summary), 'Accepted'),
          ...problems('malformed', 'not_found', 'not_failed', 'invalid', 'queue_full', 'redis_unavailable'),
        },
      },
    },
    '/webhooks/dead': {
      get: {
        operationId: 'listDeadWebhooks',
        summary: 'List webhooks whose delivery was abandoned, newest first',
        tags,
        requestParams: { query: ListDeadWebhooksQuery },
        responses: {
          '200': json('A page of dead webhooks', DeadWebhooksSchema),
          ...problems('invalid', 'redis_unavailable'),
        },
      },
    },
    '/webhooks/dead/redeliver': {
      post: {
        operationId: 'redeliverWebhooks',
        summary: 'Deliver all dead webhooks again, or those of a receiver',
        tags,
        requestBody: { required: true, content: { 'application/json': { schema: RedeliverSchema } } },
        responses: {
          '202': json('They are delivered under their ids, with all attempts', RedeliveredSchema),
          ...problems('malformed', 'too_large', 'unsupported_media_type', 'invalid', 'redis_unavailable'),
        },
      },
    },
    '/webhooks/dead/{id}/redeliver': {
      post: {
        operationId: 'redeliverWebhook',
        summary: 'Deliver a dead webhook again',
        tags,
        requestParams: { path: z.object({ id: z.string().meta({ description: 'Its `webhook_id`' }) }) },
        responses: {
          '202': json('It is delivered under its id, with all attempts', RedeliveredSchema),
          ...problems('malformed', 'not_found', 'invalid', 'redis_unavailable'),
        },
      },
    },
  };
}
