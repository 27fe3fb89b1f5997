import { SpanKind, type SpanContext } from '@opentelemetry/api';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import type { Request, Response } from 'express';
import { endpointOf } from '../http/endpoint.ts';
import { Entry, failAs } from './spans.ts';

/** Probes and scrapes come every few seconds and tell nothing. */
const UNTRACED = new Set(['/livez', '/readyz', '/metrics']);

/** The methods that the conventions know; others could make any number of names. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The member of a client's baggage that tells the spans of a load test from those of others. */
const LOAD_TEST = 'load.test';

/** The span of a request, which ends with it; probes and scrapes have none. */
export function enterRequest(
  req: Request,
  res: Response,
  parent: SpanContext | undefined,
): Entry | undefined {
  if (UNTRACED.has(req.path)) return undefined;
  const method = METHODS.has(req.method) ? req.method : '_OTHER';
  const name = method === '_OTHER' ? 'HTTP' : method;
  const [path = '', query] = req.originalUrl.split('?', 2);
  const attributes = {
    'http.request.method': method,
    'url.path': path,
    ...(query !== undefined && { 'url.query': query }),
    'url.scheme': 'http',
    'network.protocol.version': req.httpVersion,
  };
  const entry = new Entry({ name, kind: SpanKind.SERVER, attributes, parent });
  if (!entry.span.isRecording()) return entry;
  const loadTest = parseKeyPairsIntoRecord(req.get('baggage'))[LOAD_TEST];
  if (loadTest !== undefined) entry.span.setAttribute(LOAD_TEST, loadTest);
  res.once('close', () => {
    const { statusCode: status, writableFinished } = res;
    const route = endpointOf(req);
    if (route !== undefined) entry.span.updateName(`${name} ${route}`).setAttribute('http.route', route);
    entry.span.setAttribute('http.response.status_code', status);
    if (status >= 500) failAs(entry.span, String(status));
    // The client went away before the whole answer was sent.
    if (!writableFinished) entry.span.setAttribute('primes.outcome', 'aborted');
    entry.end();
  });
  return entry;
}
