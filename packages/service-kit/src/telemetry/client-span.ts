import { SpanKind } from '@opentelemetry/api';
import { failAs, withSpan } from './spans.ts';
import { spanContextIn, traceparentOf } from './trace-context.ts';

interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly traceparent: string;
}

/**
 * Sends an HTTP request in a client span, if the active span is recorded.
 *
 * @param send receives the `traceparent` header: that of the client span, unless the request belongs to another trace
 */
export function withClientSpan<R extends { readonly status: number }>(
  { method, url, traceparent }: OutgoingRequest,
  send: (traceparent: string) => Promise<R>,
): Promise<R> {
  const attributes = {
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    // Not the rest of the URL: for many webhook receivers it is the secret.
    'url.scheme': url.protocol.slice(0, -1),
  };
  return withSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    if (!span) return send(traceparent);
    const own = span.spanContext();
    const isSameTrace = spanContextIn(traceparent)?.traceId === own.traceId;
    const response = await send(isSameTrace ? traceparentOf(own) : traceparent);
    span.setAttribute('http.response.status_code', response.status);
    if (response.status >= 400) failAs(span, String(response.status));
    return response;
  });
}
