import { contextOf, truncate } from '@primes/service-kit';
import type { RequestHandler } from 'express';
import type { Audit } from './audit.ts';

const READS = ['GET', 'HEAD'];

/**
 * Records each request that may have changed something and is no submission, once its response has ended. A response of 4xx has
 * changed nothing; one of 5xx may have. A route that changes several objects, or none, sets `res.locals.changed` to their
 * number, and `res.locals.acting` to a promise of its end if it continues after the client has disconnected.
 */
export function auditChanges(audit: Audit): RequestHandler {
  return function auditChange(req, res, next) {
    const path = req.originalUrl.split('?', 1)[0] ?? '';
    const { principal, requestId } = contextOf(req);
    // A task has its own record of who submitted it.
    const isSubmission = req.method === 'POST' && /^\/tasks(\/batch)?\/?$/.test(path);
    const mayChange = !READS.includes(req.method) && !isSubmission;

    async function record(name: string): Promise<void> {
      const status = res.writableEnded ? res.statusCode : null;
      await Promise.allSettled([res.locals['acting']]);
      const changed = (res.locals['changed'] as number | undefined) ?? 1;
      if (status !== null && status < 500 && (status >= 400 || changed === 0)) return;
      await audit.record({
        time: new Date().toISOString(),
        principal: name,
        method: req.method,
        path: truncate(path),
        changed,
        status,
        request_id: requestId,
      });
    }
    if (principal && mayChange) res.once('close', () => void record(principal.name));
    next();
  };
}
