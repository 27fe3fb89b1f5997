import type { Principal } from '@primes/contracts';
import { HttpError, methodNotAllowed, setPrincipal } from '@primes/service-kit';
import { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { hasOneOf } from '../tasks/ownership.ts';
import type { Access, AccessTable, Method } from './access.ts';
import {
  bearer,
  bearerOrPassword,
  invalidCredentials,
  missingCredentials,
  missingRole,
  type Scheme,
} from './credentials.ts';

/** Finds the principal of a key or access token; undefined if it is not valid. */
export type Authenticate = (token: string) => Principal | undefined | Promise<Principal | undefined>;

export interface AuthorizeOptions {
  readonly table: AccessTable;
  readonly authenticate: Authenticate;
  /** Run for requests with a principal, before the routes. */
  readonly then: readonly RequestHandler[];
}

/** The principal of a request to an open route. It can read no task. */
const NOBODY: Principal = { name: '', roles: [] };

/**
 * Admits requests by the table, which Express matches as it matches the routes. A route that is missing in the table returns
 * 404, and a missing method 405, so that neither is open by mistake.
 */
export function authorize({ table, authenticate, then }: AuthorizeOptions): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, methods] of Object.entries(table)) {
    if (path.endsWith('/*')) {
      router.use(path.slice(0, -2), guard(methods, bearerOrPassword, authenticate), ...then, leave);
    } else {
      router.all(path, guard(methods, bearer, authenticate), ...then, leave);
    }
  }
  router.use(() => {
    throw new HttpError('not_found', { detail: 'The path does not exist' });
  });
  return router;
}

function leave(_req: Request, _res: Response, next: NextFunction): void {
  next('router');
}

function guard(
  methods: Partial<Readonly<Record<Method, Access>>>,
  scheme: Scheme,
  authenticate: Authenticate,
): RequestHandler {
  const rejectMethod = methodNotAllowed(...(Object.keys(methods) as Method[]));

  return async function checkAccess(req, res, next) {
    const access = methods[req.method === 'HEAD' ? 'GET' : (req.method as Method)];
    if (access === undefined) {
      rejectMethod(req, res, next);
    } else if (access === 'anyone') {
      setPrincipal(req, NOBODY);
      next('router');
    } else {
      const token = scheme.tokenOf(req);
      if (token === undefined) throw missingCredentials(scheme, req);
      const principal = await authenticate(token);
      if (!principal) throw invalidCredentials(scheme);
      setPrincipal(req, principal);
      if (!hasOneOf(principal, access)) throw missingRole(scheme, access);
      next();
    }
  };
}
