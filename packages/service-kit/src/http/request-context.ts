import { randomUUID } from 'node:crypto';
import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { enterRequest } from '../telemetry/server-span.ts';
import { spanContextIn, traceparentOf } from '../telemetry/trace-context.ts';
import { isTracing } from '../telemetry/tracing.ts';

/** What identifies a request in every log line, answer and job that comes of it. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceId: string;
  /** W3C Trace Context of this server, child of the client's if there was one. */
  readonly traceparent: string;
}

const contexts = new WeakMap<Request, RequestContext>();

/** Characters that need no quoting in a log line or a header. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Takes X-Request-Id and traceparent from the client, or makes them, and answers with both. */
export function requestContext() {
  return function assignContext(req: Request, res: Response, next: NextFunction): void {
    const given = req.get('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    const parent = spanContextIn(req.get('traceparent'));
    const entry = isTracing() ? enterRequest(req, res, parent) : undefined;
    const own = entry?.span.spanContext() ?? newSpanContext(parent);
    const traceparent = traceparentOf(own);
    contexts.set(req, { requestId, traceId: own.traceId, traceparent });
    res.set('X-Request-Id', requestId).set('traceparent', traceparent);
    if (entry) entry.run(next);
    else next();
  };
}

/** The ids of a span that nobody records: in the trace of `parent`, or in a new one that is not sampled. */
export function newSpanContext(parent?: SpanContext): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(32),
    spanId: randomHex(16),
    traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
  };
}

/**
 * At most 32 digits, the last of a UUID: Node makes those 128 at a time, where two calls of `randomBytes` took
 * 4 % of the api's time under load.
 */
function randomHex(digits: number): string {
  return randomUUID().replaceAll('-', '').slice(-digits);
}

/** The context that `requestContext` gave this request. */
export function contextOf(req: Request): RequestContext {
  const context = contexts.get(req);
  if (!context) throw new Error('requestContext() must stand before every other handler');
  return context;
}
