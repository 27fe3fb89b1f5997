import { shownFields, taskSchemas, type JobType, type ResultFormat } from '@primes/contracts';
import { VERSION } from '@primes/service-kit';
import { createDocument, type ZodOpenApiObject } from 'zod-openapi';
import { isAuthOn, type AuthConfig } from './auth/config.ts';
import { withAuth } from './auth/openapi.ts';
import type { ApiConfig } from './config.ts';
import { operatePaths } from './operate/openapi.ts';
import { responseExamples } from './openapi/examples.ts';
import { servicePaths } from './openapi/service-paths.ts';
import { taskPaths } from './openapi/task-paths.ts';
import { webhooks } from './openapi/webhooks.ts';

export interface DocumentOptions {
  /** Undefined for a job whose result is what its run returned. */
  readonly formats: readonly ResultFormat[] | undefined;
  readonly config: Readonly<Record<string, unknown>> & Partial<Pick<ApiConfig, 'BASE_PATH'> & AuthConfig>;
}

/** The OpenAPI 3.1 document of the HTTP API, generated from the schemas that validate requests. */
export function openApiDocument(type: JobType<object>, options: DocumentOptions): object {
  const schemas = taskSchemas(shownFields(type), type.result);
  const examples = responseExamples(type);
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: type.title,
      version: VERSION,
      summary: type.summary,
      description:
        'Submit a task, poll it or wait for it, and read its result. ' +
        'Every response has `X-Request-Id` and `traceparent`; every error is `application/problem+json`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.config.BASE_PATH || '/', description: 'This server' }],
    security: [],
    ...(examples && { components: { examples } }),
    tags: [
      { name: 'tasks', description: 'Submit, read, follow, cancel' },
      { name: 'operators', description: 'The queue, its workers, and the tasks of all clients' },
      { name: 'service', description: 'Health, documentation and dashboards' },
      { name: 'metrics', description: 'The JSON metrics API, served by the metrics gateway' },
    ],
    webhooks: webhooks(schemas, type),
    // Tools that match paths in this order must find /tasks/failures before /tasks/{id}.
    paths: { ...operatePaths(schemas, type), ...taskPaths(schemas, type, options), ...servicePaths(type) },
  };
  return createDocument(isAuthOn(options.config) ? withAuth(document, options.config) : document);
}
