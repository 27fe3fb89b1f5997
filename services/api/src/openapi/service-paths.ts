import { METRICS_API, ProblemSchema, type MetricsCall } from '@primes/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { json, media, problems } from './responses.ts';

const Status = z.strictObject({ status: z.string() });
const Readiness = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['ok', 'failing'])),
});
const Root = z.strictObject({ message: z.string(), version: z.string(), docs: z.string() });

type Responses = NonNullable<ZodOpenApiPathItemObject['get']>['responses'];

/** Everything but the tasks. */
export function servicePaths(): ZodOpenApiPathsObject {
  const get = (operationId: string, summary: string, responses: Responses) => ({
    get: { operationId, summary, tags: ['service'], responses },
  });
  const invalid = problems('invalid');
  return {
    '/': get('root', 'What this is', { '200': json('Name, version, documentation', Root), ...invalid }),
    '/health': get('health', 'Whether this process answers', { '200': json('It does', Status), ...invalid }),
    '/livez': get('livez', 'Liveness', { '200': json('Alive', Status), ...problems('not_found') }),
    '/readyz': get('readyz', 'Readiness, with its checks', {
      '200': json('Wants traffic', Readiness),
      '503': json('Does not want traffic', Readiness),
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
    '/admin/queues': get('adminQueues', 'Dashboard of the queues, where credentials are configured', {
      '200': media('A page', ['text/html']),
      ...problems('unauthorized', 'not_found'),
    }),
    ...Object.fromEntries(
      Object.keys(METRICS_API).map((call) => [`/api/metrics/${call}`, metricsPath(call as MetricsCall)]),
    ),
  };
}

function metricsPath(call: MetricsCall): ZodOpenApiPathItemObject {
  const schema = METRICS_API[call];
  const responses =
    call === 'health'
      ? { ...problems('invalid'), '503': unhealthy(schema) }
      : problems('invalid', 'sample_stale', 'gateway_unavailable');
  return {
    get: {
      operationId: `metrics_${call.replace('-', '_')}`,
      summary: `Metrics: ${call.replace('-', ' ')}`,
      tags: ['metrics'],
      responses: { '200': json('From memory, with the age of the sample', schema), ...responses },
    },
  };
}

/** Of its own health the gateway answers both, good and bad; a problem only says that it is away. */
function unhealthy(schema: z.ZodType) {
  const answer = json('Redis or the sample is away; or the gateway itself', schema);
  return { ...answer, content: { ...answer.content, 'application/problem+json': { schema: ProblemSchema } } };
}
