import { createDocument } from 'zod-openapi';
import { VERSION } from './version.ts';
import { servicePaths } from './openapi/service-paths.ts';
import { taskPaths } from './openapi/task-paths.ts';

/** The OpenAPI 3.1 document of the whole HTTP API, made from the schemas that validate it. */
export function openApiDocument({ maxN }: { maxN: number }): object {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Primes',
      version: VERSION,
      summary: 'The first N primes, computed asynchronously',
      description:
        'Submit a task, poll it or wait for it, and read its primes as JSON, text, CSV or NDJSON. ' +
        'Every answer carries `X-Request-Id` and `traceparent`; every refusal is `application/problem+json`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [],
    tags: [
      { name: 'tasks', description: 'Submit, read, follow, cancel' },
      { name: 'service', description: 'Health, documentation and dashboards' },
      { name: 'metrics', description: 'The JSON metrics API, answered by the metrics gateway' },
    ],
    paths: { ...taskPaths(maxN), ...servicePaths() },
  });
}
