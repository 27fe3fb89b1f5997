import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { SpanKind, type Span } from '@opentelemetry/api';
import { fail, failAs, startSpanBelow } from '../spans.ts';
import { spanContextIn, traceparentOf } from '../trace-context.ts';

/** What undici, and so `fetch`, tells of a request. */
interface OutgoingRequest {
  readonly origin: string;
  readonly method: string;
  /** Names and values by turns. */
  readonly headers: string[];
  addHeader(name: string, value: string): void;
}
interface Told {
  readonly request: OutgoingRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: Error;
}

/** A span for each HTTP request that undici sends beneath a recorded one. */
export function traceOutgoingRequests(): () => void {
  const spans = new WeakMap<OutgoingRequest, Span>();

  const listeners: Record<string, (told: Told) => void> = {
    'undici:request:create': ({ request }) => {
      const { hostname, port, protocol } = new URL(request.origin);
      const span = startSpanBelow('step', request.method, {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': request.method,
          'server.address': hostname,
          'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
          // Not the rest of the URL: with many receivers of webhooks it is the secret.
          'url.scheme': protocol.slice(0, -1),
        },
      });
      if (!span) return;
      spans.set(request, span);
      setTraceparent(request, span);
    },
    'undici:request:headers': ({ request, response }) => {
      const status = response?.statusCode ?? 0;
      const span = spans.get(request)?.setAttribute('http.response.status_code', status);
      if (span && status >= 400) failAs(span, String(status));
    },
    'undici:request:trailers': ({ request }) => {
      spans.get(request)?.end();
    },
    'undici:request:error': ({ request, error }) => {
      const span = spans.get(request);
      if (!span) return;
      fail(span, error);
      span.end();
    },
  };

  const channels = Object.entries(listeners).map(([name, listener]) => {
    const onMessage = (message: unknown) => {
      listener(message as Told);
    };
    subscribe(name, onMessage);
    return { name, onMessage };
  });
  return () => {
    for (const { name, onMessage } of channels) unsubscribe(name, onMessage);
  };
}

/** In place of an older span of the same trace. Another trace that the caller has named is the one to go on with. */
function setTraceparent(request: OutgoingRequest, span: Span): void {
  const traceparent = traceparentOf(span.spanContext());
  const at = request.headers.indexOf('traceparent') + 1;
  if (at === 0) request.addHeader('traceparent', traceparent);
  else if (spanContextIn(request.headers[at])?.traceId === span.spanContext().traceId) {
    request.headers[at] = traceparent;
  }
}
