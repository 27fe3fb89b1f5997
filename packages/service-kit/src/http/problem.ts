import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { isRedisUnavailable } from '../redis.ts';
import { contextOf } from './request-context.ts';

/** A row of a service's table of errors: see ERRORS in @primes/contracts. */
export interface ErrorKind {
  readonly status: number;
  readonly title: string;
}

export interface ErrorDetails {
  /** A sentence for the client: what was wrong with this request, and the limit it broke. */
  readonly detail: string;
  /** One entry a field that is wrong. */
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
  /** Seconds after which a try may succeed. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An answer that is not a success, on purpose. Everything else that is thrown is a fault: 500. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(code: string, kind: ErrorKind, details: ErrorDetails) {
    super(details.detail);
    this.code = code;
    this.kind = kind;
    this.details = details;
  }
}

/** The function with which a service throws the errors of its own table. */
export function httpErrors<T extends Record<string, ErrorKind>>(table: T) {
  return function httpError(code: keyof T & string, details: ErrorDetails): HttpError {
    return new HttpError(code, table[code] as ErrorKind, details);
  };
}

/** Errors that Express and its body parser raise themselves carry these. */
interface HttpErrorLike {
  readonly status: number;
  readonly type?: string;
}

/** Codes and kinds for the errors that no code of ours throws. */
export interface ProblemTable {
  readonly malformed: ErrorKind;
  readonly too_large: ErrorKind;
  readonly unsupported_media_type: ErrorKind;
  readonly redis_unavailable: ErrorKind;
  readonly internal: ErrorKind;
}

/** Renders whatever was thrown as problem+json; nothing of an unexpected error reaches the client. */
export function problemHandler(log: Logger, table: ProblemTable): ErrorRequestHandler {
  const httpError = httpErrors({ ...table });
  // eslint-disable-next-line @typescript-eslint/max-params -- Express knows an error handler by its four
  return function renderProblem(thrown: unknown, req, res, next) {
    const error = thrown instanceof HttpError ? thrown : translate(thrown);
    const { requestId, traceId } = contextOf(req);
    if (error.kind.status === 500) {
      log.error({ err: thrown, request_id: requestId, trace_id: traceId }, 'a request failed');
    }
    if (res.headersSent) {
      // Half an answer must not look like a whole one: Express destroys the socket.
      next(thrown);
      return;
    }
    sendProblem(error, req, res);
  };

  function translate(thrown: unknown): HttpError {
    if (isRedisUnavailable(thrown)) {
      return httpError('redis_unavailable', { detail: 'Redis does not answer', retryAfter: 1 });
    }
    if (!isHttpErrorLike(thrown)) {
      return httpError('internal', { detail: 'The request id finds this failure in the log' });
    }
    if (thrown.status === 413) {
      return httpError('too_large', { detail: 'The body must be at most 64 KiB' });
    }
    if (thrown.status === 415) {
      return httpError('unsupported_media_type', {
        detail: 'Charset and encoding: UTF-8, and gzip, deflate or br',
      });
    }
    const detail =
      thrown.type === 'entity.parse.failed' ? 'The body is not JSON' : STATUS_CODES[thrown.status];
    return httpError('malformed', { detail: detail ?? 'The request cannot be read' });
  }
}

/** Writes the problem of `error` as the answer. */
export function sendProblem(error: HttpError, req: Request, res: Response): void {
  const { kind, details, code } = error;
  const { requestId, traceId } = contextOf(req);
  if (details.retryAfter !== undefined) res.set('Retry-After', String(details.retryAfter));
  res
    .status(kind.status)
    .set(details.headers ?? {})
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:primes:problem:${code}`,
        title: kind.title,
        status: kind.status,
        detail: details.detail,
        request_id: requestId,
        trace_id: traceId,
        ...(details.errors && { errors: details.errors }),
        ...details.extensions,
      }),
    );
}

function isHttpErrorLike(thrown: unknown): thrown is HttpErrorLike {
  if (typeof thrown !== 'object' || thrown === null || !('status' in thrown)) return false;
  const { status } = thrown;
  return typeof status === 'number' && status >= 400 && status < 500;
}
