import type { ZodOpenApiObject, ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { json, problems, problemsWith } from '../openapi/responses.ts';
import { accessTable, type Access, type AccessTable, type Method } from './access.ts';
import { AuditPageSchema } from './audit.ts';
import type { AuthConfig } from './config.ts';
import { ListAuditQuery } from './list-audit.ts';

const WWW_AUTHENTICATE = {
  'WWW-Authenticate': { schema: { type: 'string' }, description: 'RFC 6750: what is missing or wrong' },
} as const;
const RETRY_AFTER = { 'Retry-After': { schema: { type: 'string' }, description: 'Seconds' } } as const;

/** What only an api with authentication has. */
const PATHS: ZodOpenApiPathsObject = {
  '/audit': {
    get: {
      operationId: 'listChanges',
      summary: 'List changes that were no submissions, newest first',
      tags: ['service'],
      requestParams: { query: ListAuditQuery },
      responses: {
        '200': json('A page of changes', AuditPageSchema),
        ...problems('invalid', 'redis_unavailable'),
      },
    },
  },
};

/** The document of an api with authentication: the scheme, and what it changes in paths that require a role. */
export function withAuth(document: ZodOpenApiObject, config: Partial<AuthConfig>): ZodOpenApiObject {
  const table = accessTable({ AUTH_METRICS: config.AUTH_METRICS ?? false });
  const bearer = {
    type: 'http',
    scheme: 'bearer',
    description: 'A key (`pk_…`) or an access token',
  } as const;
  return {
    ...document,
    security: [{ bearer: [] }],
    components: { ...document.components, securitySchemes: { bearer } },
    paths: mapOperations({ ...document.paths, ...PATHS }, (operation, path, method) => {
      const access = accessOf(table, path, method);
      if (access === 'anyone') return { ...operation, security: [] };
      return secured(operation, access, config);
    }),
  };
}

function secured(
  operation: ZodOpenApiOperationObject,
  roles: readonly string[],
  config: Partial<AuthConfig>,
): ZodOpenApiOperationObject {
  const isLimited = (config.QUOTA_REQUESTS_PER_MINUTE ?? config.QUOTA_WAITING_TASKS) !== undefined;
  return {
    ...operation,
    description: `Requires one of the roles: ${roles.join(', ')}`,
    responses: {
      ...(config.OIDC_ISSUER !== undefined && problems('issuer_unavailable')),
      ...operation.responses,
      ...problemsWith(WWW_AUTHENTICATE, 'unauthorized', 'forbidden'),
      ...(isLimited && problemsWith(RETRY_AFTER, 'rate_limited', 'quota_exceeded')),
    },
  };
}

/** The access of a path of the document, such as `/tasks/{id}`. */
function accessOf(table: AccessTable, path: string, method: Method): Access {
  const row = Object.entries(table).find(([pattern]) => {
    const steps = pattern.replace(/\/\*$/, '').split('/');
    const given = path.split('/');
    return (
      steps.length === given.length && steps.every((step, i) => step.startsWith(':') || step === given[i])
    );
  });
  const access = row?.[1][method];
  if (access === undefined) throw new Error(`auth/access.ts has no row for ${method} ${path}`);
  return access;
}

function mapOperations(
  paths: ZodOpenApiPathsObject,
  change: (operation: ZodOpenApiOperationObject, path: string, method: Method) => ZodOpenApiOperationObject,
): ZodOpenApiPathsObject {
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Record<string, ZodOpenApiOperationObject>).map(([method, operation]) => [
          method,
          change(operation, path, method.toUpperCase() as Method),
        ]),
      ),
    ]),
  );
}
