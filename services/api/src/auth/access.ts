import { ROLES, type Role } from '@primes/contracts';
import { READERS } from '../tasks/ownership.ts';
import type { AuthConfig } from './config.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** The roles of which a principal needs one; `anyone` needs no credentials. */
export type Access = 'anyone' | readonly Role[];

/** By path, as in the route table; `/*` at its end stands for all paths below it. GET includes HEAD. */
export type AccessTable = Readonly<Record<string, Partial<Readonly<Record<Method, Access>>>>>;

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
    '/web/:file': OPEN,
    '/me': { GET: ROLES },
    '/tasks': { GET: READERS, POST: SUBMIT },
    // Before the next row, whose path includes it.
    '/tasks/batch': { POST: SUBMIT },
    // Before the ids of tasks: the first row that matches counts.
    '/tasks/failures': { GET: OPERATE },
    '/tasks/actions': { POST: OPERATE },
    '/tasks/:id': { GET: READERS, DELETE: ['submit', 'operate'] },
    '/tasks/:id/events': { GET: READERS },
    '/tasks/:id/webhook': { GET: READERS },
    '/tasks/:id/retry': { POST: OPERATE },
    '/webhooks/dead': { GET: OPERATE },
    '/webhooks/dead/redeliver': { POST: OPERATE },
    '/webhooks/dead/:webhook/redeliver': { POST: OPERATE },
    '/queue': { GET: ['operate', 'metrics'] },
    '/workers': { GET: ['operate', 'metrics'] },
    '/queue/pause': { POST: OPERATE },
    '/queue/resume': { POST: OPERATE },
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
