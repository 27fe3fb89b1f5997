import { randomUUID } from 'node:crypto';
import type { Principal } from '@primes/contracts';
import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { startServerSpan } from '../telemetry/server-span.ts';
import { spanContextIn, traceparentOf } from '../telemetry/trace-context.ts';
import { isTracing } from '../telemetry/tracing.ts';

/** Identifies a request in all its log lines, responses and jobs. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceId: string;
  /** W3C Trace Context of this server; a child of the client's, if it sent one. */
  readonly traceparent: string;
  /** Undefined if authentication is off. */
  readonly principal?: Principal;
}

const contexts = new WeakMap<Request, RequestContext>();

/** Only characters that need no quoting in logs and headers. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

export interface RequestContextOptions {
  /** Whether to continue the client's `traceparent` with its sampling decision; otherwise it becomes a link. */
  readonly trustTraceparent?: boolean;
}

/** Takes X-Request-Id and traceparent from the client, or creates them, and sets both on the response. */
export function requestContext({ trustTraceparent = true }: RequestContextOptions = {}) {
  return function assignContext(req: Request, res: Response, next: NextFunction): void {
    const given = req.get('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    const client = spanContextIn(req.get('traceparent'));
    // An untrusted trace id is not reused: ratio samplers decide by it.
    const [parent, link] = trustTraceparent ? [client] : [undefined, client];
    const entry = isTracing() ? startServerSpan(req, res, { parent, link }) : undefined;
    const own = entry?.span.spanContext() ?? newSpanContext(parent);
    const traceparent = traceparentOf(own);
    contexts.set(req, { requestId, traceId: own.traceId, traceparent });
    res.set('X-Request-Id', requestId).set('traceparent', traceparent);
    if (entry) entry.run(next);
    else next();
  };
}

/** The ids of a span that is not recorded: in the trace of `parent`, or in a new, unsampled trace. */
export function newSpanContext(parent?: SpanContext): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(32),
    spanId: randomHex(16),
    traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
  };
}

/**
 * At most 32 digits, from the end of a UUID: Node generates 128 UUIDs at a time, while two calls of `randomBytes` took
 * 4 % of the api's time under load.
 */
function randomHex(digits: number): string {
  return randomUUID().replaceAll('-', '').slice(-digits);
}

/** Records who sent the request. */
export function setPrincipal(req: Request, principal: Principal): void {
  contexts.set(req, { ...contextOf(req), principal });
}

/** The context of a request. */
export function contextOf(req: Request): RequestContext {
  const context = contexts.get(req);
  if (!context) throw new Error('requestContext() must run before all other handlers');
  return context;
}
