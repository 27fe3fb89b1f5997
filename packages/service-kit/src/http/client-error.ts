import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS } from '@primes/contracts';
import { traceparentOf } from '../telemetry/trace-context.ts';
import { newSpanContext } from './request-context.ts';
import { NAMESPACE } from '../namespace.ts';

/** Error codes of Node's HTTP parser whose status is not 400. */
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What clients read instead of a reason of the parser that is hard to understand. */
const DETAIL_OF: Readonly<Record<string, string>> = {
  'Invalid header value char': 'The value of a header must not contain control characters',
};

/**
 * Sends a problem document for a request that Node cannot parse; Node's default response has no body and no ids.
 */
export function handleClientError(error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ''] ?? 400;
  const requestId = randomUUID();
  const span = newSpanContext();
  const title = STATUS_CODES[status] ?? 'Bad Request';
  // Such as "Invalid method encountered".
  const { reason = title } = error;
  const body = JSON.stringify({
    type: `urn:${NAMESPACE}:problem:malformed`,
    title: ERRORS.malformed.title,
    status,
    detail: DETAIL_OF[reason] ?? reason,
    request_id: requestId,
    trace_id: span.traceId,
  });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    `traceparent: ${traceparentOf(span)}`,
    'Connection: close',
  ];
  const response = `${head.join('\r\n')}\r\n\r\n${body}`;
  if (status !== 408) {
    socket.end(response);
    return;
  }
  // A request that arrives now would still be served, and a client that retries would create two tasks.
  socket.write(response);
  socket.destroy();
}
