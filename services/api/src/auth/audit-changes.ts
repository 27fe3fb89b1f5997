import { contextOf, truncate } from '@primes/service-kit';
import type { RequestHandler } from 'express';
import type { Audit } from './audit.ts';

const READS = ['GET', 'HEAD'];

/**
 * Records each request that may have changed something and is no submission, once its response has ended. A response of 4xx has
 * changed nothing; one of 5xx may have. A route that changes several objects sets `res.locals.changed` to their number.
 */
export function auditChanges(audit: Audit): RequestHandler {
  return function auditChange(req, res, next) {
    const path = req.originalUrl.split('?', 1)[0] ?? '';
    const { principal, requestId } = contextOf(req);
    // A task has its own record of who submitted it.
    const isSubmission = req.method === 'POST' && /^\/tasks\/?$/.test(path);
    if (principal && !READS.includes(req.method) && !isSubmission) {
      res.once('close', () => {
        const status = res.writableEnded ? res.statusCode : null;
        if (status !== null && status >= 400 && status < 500) return;
        void audit.record({
          time: new Date().toISOString(),
          principal: principal.name,
          method: req.method,
          path: truncate(path),
          changed: (res.locals['changed'] as number | undefined) ?? 1,
          status,
          request_id: requestId,
        });
      });
    }
    next();
  };
}
