import { METRICS_CALLS, ProblemSchema, metricsApi, type JobType, type MetricsCall } from '@primes/contracts';
import * as z from 'zod';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { HistoryQuery } from '../requests/schemas.ts';
import { MeSchema } from '../routes/me.ts';
import { json, media, problems } from './responses.ts';

const Status = z.strictObject({ status: z.string() });
const Stalled = z.strictObject({
  status: z.literal('stalled'),
  loops: z.record(
    z.string(),
    z.int().min(0).meta({ description: 'Seconds since the last turn of the loop' }),
  ),
});
const Readiness = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['ok', 'failing'])),
});
const Root = z.strictObject({ message: z.string(), version: z.string(), docs: z.string() });

type Responses = NonNullable<ZodOpenApiPathItemObject['get']>['responses'];

/** All paths except /tasks. */
export function servicePaths(type: Pick<JobType<object>, 'sampled'>): ZodOpenApiPathsObject {
  const metrics = metricsApi(type.sampled);
  const get = (operationId: string, summary: string, responses: Responses) => ({
    get: { operationId, summary, tags: ['service'], responses },
  });
  const invalid = problems('invalid');
  return {
    '/': get('root', 'Name and version of the service; for a browser, its page', {
      '200': {
        ...json('Name, version, documentation', Root),
        content: { 'application/json': { schema: Root }, 'text/html': { schema: z.string() } },
      },
      ...invalid,
    }),
    '/me': get('me', 'Who the client is, and what it may do', {
      '200': json('Principal and roles', MeSchema),
      ...invalid,
    }),
    '/health': get('health', 'Health of this process', {
      '200': json('The process responds', Status),
      ...invalid,
    }),
    '/livez': get('livez', 'Liveness', {
      '200': json('Alive', Status),
      '503': json('A loop is stalled although Redis is available; the process must be restarted', Stalled),
      ...problems('not_found'),
    }),
    '/readyz': get('readyz', 'Readiness and its checks', {
      '200': json('Ready for traffic', Readiness),
      '503': json('Not ready for traffic', Readiness),
      ...problems('not_found'),
    }),
    '/metrics': get('metrics', 'Prometheus metrics of this process', {
      '200': media('Text exposition format', ['text/plain']),
      ...problems('not_found'),
    }),
    '/openapi.json': get('openapi', 'This document', {
      '200': json('OpenAPI 3.1', z.looseObject({})),
      ...problems('not_found'),
    }),
    '/docs': get('swaggerUi', 'Swagger UI', {
      '200': media('A page', ['text/html']),
      ...problems('not_found'),
    }),
    '/redoc': get('redoc', 'ReDoc', { '200': media('A page', ['text/html']), ...problems('not_found') }),
    '/admin/queues': get('adminQueues', 'Queue dashboard, if credentials are configured', {
      '200': media('A page', ['text/html']),
      ...problems('unauthorized', 'not_found'),
    }),
    ...Object.fromEntries(
      METRICS_CALLS.map((call) => [`/api/metrics/${call}`, metricsPath(call, metrics[call])]),
    ),
  };
}

function metricsPath(call: MetricsCall, schema: z.ZodType): ZodOpenApiPathItemObject {
  const responses =
    call === 'health'
      ? { ...problems('invalid'), '503': unhealthy(schema) }
      : problems('invalid', 'sample_stale', 'gateway_unavailable');
  return {
    get: {
      operationId: `metrics_${call.replace('-', '_')}`,
      summary: `Metrics: ${call.replace('-', ' ')}`,
      tags: ['metrics'],
      ...(call === 'history' && { requestParams: { query: HistoryQuery } }),
      responses: { '200': json('The latest sample, with its age', schema), ...responses },
    },
  };
}

/** The gateway returns its health with 200 or 503; a problem document means that it is unavailable. */
function unhealthy(schema: z.ZodType) {
  const response = json('Redis, Prometheus or the metrics gateway is unavailable', schema);
  return {
    ...response,
    content: { ...response.content, 'application/problem+json': { schema: ProblemSchema } },
  };
}
