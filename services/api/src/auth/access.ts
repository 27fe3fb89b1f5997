import type { Role } from '@primes/contracts';
import type { AuthConfig } from './config.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** The roles of which a principal needs one; `anyone` needs no credentials. */
export type Access = 'anyone' | readonly Role[];

/** By path, as in the route table; `/*` at its end stands for all paths below it. GET includes HEAD. */
export type AccessTable = Readonly<Record<string, Partial<Readonly<Record<Method, Access>>>>>;

const READ: Access = ['read', 'read-all', 'operate'];
const SUBMIT: Access = ['submit'];
const OPERATE: Access = ['operate'];
const OPEN = { GET: 'anyone' } as const;

/**
 * Who may call which route, if authentication is on. A route that is not listed here does not exist for clients then. The use
 * cases decide which tasks a principal may read and change.
 */
export function accessTable({ AUTH_METRICS: protectMetrics }: Pick<AuthConfig, 'AUTH_METRICS'>): AccessTable {
  const METRICS: Access = protectMetrics ? ['metrics', 'operate'] : 'anyone';
  return {
    '/': OPEN,
    '/tasks': { GET: READ, POST: SUBMIT },
    '/tasks/:id': { GET: READ, DELETE: ['submit', 'operate'] },
    '/tasks/:id/events': { GET: READ },
    '/api/metrics/:call': { GET: METRICS },
    '/metrics': { GET: METRICS },
    '/health': OPEN,
    '/livez': OPEN,
    '/readyz': OPEN,
    '/openapi.json': OPEN,
    '/docs/*': OPEN,
    '/redoc/*': OPEN,
    '/audit': { GET: OPERATE },
    '/admin/queues/*': Object.fromEntries(METHODS.map((method) => [method, OPERATE])),
  };
}
