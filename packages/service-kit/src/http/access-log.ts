import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { endpointOf } from './endpoint.ts';
import { contextOf } from './request-context.ts';

/** What was found out about a finished request; `endpoint` is the route's pattern, never the path. */
export interface FinishedRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

/**
 * One line a request once it has ended, and the same facts to `observe`. Where the path does not tell
 * the task, `res.locals.taskId` does: its parameters are gone, too, once a route has thrown.
 */
export function accessLog(log: Logger, observe: (request: FinishedRequest) => void) {
  return function logRequest(req: Request, res: Response, next: NextFunction): void {
    const start = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - start) / 1_000;
      const endpoint = endpointOf(req) ?? 'unmatched';
      const { method } = req;
      const status = res.statusCode;
      observe({ method, endpoint, status, seconds });
      const { requestId, traceId } = contextOf(req);
      log.info(
        {
          request_id: requestId,
          trace_id: traceId,
          task_id: (res.locals['taskId'] as unknown) ?? req.params['id'],
          method,
          path: req.originalUrl.split('?', 1)[0],
          status,
          duration_ms: Math.round(seconds * 1e5) / 100,
          // The client went away before the whole answer was sent.
          aborted: res.writableFinished ? undefined : true,
        },
        'request',
      );
    });
    next();
  };
}
