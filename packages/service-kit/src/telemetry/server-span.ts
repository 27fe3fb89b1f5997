import { ROOT_CONTEXT, SpanKind, propagation, type SpanContext } from '@opentelemetry/api';
import type { Request, Response } from 'express';
import { truncate } from '../http/truncate.ts';
import { endpointOf } from '../http/endpoint.ts';
import { methodLabel } from '../http/method.ts';
import { Entry, failAs } from './spans.ts';
import { NAMESPACE } from '../namespace.ts';

/** Probes and scrapes arrive every few seconds and are not worth a span. */
const UNTRACED = new Set(['/livez', '/readyz', '/metrics']);

/** The baggage member that marks the spans of a load test. */
const LOAD_TEST = 'load.test';

/** Starts the server span of a request, which ends with it; probes and scrapes have none. */
export function startServerSpan(
  req: Request,
  res: Response,
  { parent, link }: { parent: SpanContext | undefined; link: SpanContext | undefined },
): Entry | undefined {
  if (UNTRACED.has(req.path)) return undefined;
  const method = methodLabel(req.method);
  const name = method === '_OTHER' ? 'HTTP' : method;
  const [path = '', query] = req.originalUrl.split('?', 2);
  const attributes = {
    'http.request.method': method,
    'url.path': truncate(path),
    ...(query !== undefined && { 'url.query': truncate(query) }),
    'url.scheme': 'http',
    'network.protocol.version': req.httpVersion,
  };
  const entry = new Entry({ name, kind: SpanKind.SERVER, attributes, parent, link });
  if (!entry.span.isRecording()) return entry;
  if (req.headers['baggage'] !== undefined) {
    const baggage = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, req.headers));
    const loadTest = baggage?.getEntry(LOAD_TEST)?.value;
    if (loadTest !== undefined) entry.span.setAttribute(LOAD_TEST, truncate(loadTest));
  }
  res.once('close', () => {
    const { statusCode: status, writableFinished } = res;
    const route = endpointOf(req);
    if (route !== undefined) entry.span.updateName(`${name} ${route}`).setAttribute('http.route', route);
    entry.span.setAttribute('http.response.status_code', status);
    if (status >= 500) failAs(entry.span, String(status));
    // The client disconnected before the response was complete.
    if (!writableFinished) entry.span.setAttribute(`${NAMESPACE}.outcome`, 'aborted');
    entry.end();
  });
  return entry;
}
