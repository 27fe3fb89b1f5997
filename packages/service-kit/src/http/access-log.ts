import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { truncate } from './truncate.ts';
import { endpointOf } from './endpoint.ts';
import { methodLabel } from './method.ts';
import { contextOf } from './request-context.ts';

/** A finished request, as labels: `endpoint` is the route's pattern, `method` a known method or `_OTHER`. */
export interface FinishedRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

/**
 * Logs one line per finished request, and passes it to `observe`. The task id comes from `res.locals.taskId` if the path
 * has none or the route threw, because Express then drops the path parameters.
 */
export function accessLog(log: Logger, observe: (request: FinishedRequest) => void) {
  return function logRequest(req: Request, res: Response, next: NextFunction): void {
    const start = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - start) / 1_000;
      const endpoint = endpointOf(req) ?? 'unmatched';
      const { method } = req;
      const status = res.statusCode;
      observe({ method: methodLabel(method), endpoint, status, seconds });
      const { requestId, traceId, principal } = contextOf(req);
      const taskId = (res.locals['taskId'] ?? req.params['id']) as string | undefined;
      log.info(
        {
          request_id: requestId,
          trace_id: traceId,
          principal: principal?.name || undefined,
          task_id: taskId === undefined ? undefined : truncate(taskId),
          method,
          path: truncate(req.originalUrl.split('?', 1)[0] ?? ''),
          status,
          duration_ms: Math.round(seconds * 1e5) / 100,
          // The client disconnected before the response was complete.
          aborted: res.writableFinished ? undefined : true,
        },
        'request',
      );
    });
    next();
  };
}
