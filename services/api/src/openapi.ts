import type { JobType, ResultFormat } from '@primes/contracts';
import { createDocument, type ZodOpenApiObject } from 'zod-openapi';
import { isAuthOn, type AuthConfig } from './auth/config.ts';
import { withAuth } from './auth/openapi.ts';
import type { ApiConfig } from './config.ts';
import { VERSION } from './version.ts';
import { servicePaths } from './openapi/service-paths.ts';
import { taskPaths } from './openapi/task-paths.ts';

export interface DocumentOptions {
  /** Undefined for a job whose result is what its run returned. */
  readonly formats: readonly ResultFormat[] | undefined;
  readonly config: Readonly<Record<string, unknown>> & Partial<Pick<ApiConfig, 'BASE_PATH'> & AuthConfig>;
}

/** The OpenAPI 3.1 document of the HTTP API, generated from the schemas that validate requests. */
export function openApiDocument(type: JobType<object>, options: DocumentOptions): object {
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
    tags: [
      { name: 'tasks', description: 'Submit, read, follow, cancel' },
      { name: 'service', description: 'Health, documentation and dashboards' },
      { name: 'metrics', description: 'The JSON metrics API, served by the metrics gateway' },
    ],
    paths: { ...taskPaths(type, options), ...servicePaths(type) },
  };
  return createDocument(isAuthOn(options.config) ? withAuth(document, options.config) : document);
}
