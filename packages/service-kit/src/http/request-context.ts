import { randomUUID } from 'node:crypto';
import { TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { NextFunction, Request, Response } from 'express';

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
    const { traceId, traceparent } = newTraceparent(req.get('traceparent'));
    contexts.set(req, { requestId, traceId, traceparent });
    res.set('X-Request-Id', requestId).set('traceparent', traceparent);
    next();
  };
}

/** A span of this server's own: in the trace that `given` names, or in a new one that is not sampled. */
export function newTraceparent(given = ''): { traceId: string; traceparent: string } {
  const parent = parseTraceParent(given);
  const traceId = parent?.traceId ?? randomHex(32);
  const sampled = (parent?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED ? '01' : '00';
  return { traceId, traceparent: `00-${traceId}-${randomHex(16)}-${sampled}` };
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
