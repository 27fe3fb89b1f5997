import type { ZodOpenApiObject, ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { problemsWith } from '../openapi/responses.ts';
import { accessTable, type Access, type AccessTable, type Method } from './access.ts';
import type { AuthConfig } from './config.ts';

const WWW_AUTHENTICATE = {
  'WWW-Authenticate': { schema: { type: 'string' }, description: 'RFC 6750: what is missing or wrong' },
} as const;

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
    components: { securitySchemes: { bearer } },
    paths: mapOperations(document.paths ?? {}, (operation, path, method) => {
      const access = accessOf(table, path, method);
      return access === 'anyone' ? { ...operation, security: [] } : secured(operation, access);
    }),
  };
}

function secured(operation: ZodOpenApiOperationObject, roles: readonly string[]): ZodOpenApiOperationObject {
  return {
    ...operation,
    description: `Requires one of the roles: ${roles.join(', ')}`,
    responses: { ...operation.responses, ...problemsWith(WWW_AUTHENTICATE, 'unauthorized', 'forbidden') },
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
