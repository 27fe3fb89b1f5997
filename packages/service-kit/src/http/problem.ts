import { ERRORS, type ErrorCode } from '@primes/contracts';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { isRedisUnavailable } from '../redis-unavailable.ts';
import { contextOf } from './request-context.ts';
import { truncate } from './truncate.ts';
import { NAMESPACE } from '../namespace.ts';

export interface ErrorDetails {
  /** A sentence for the client: what was expected and what was received. */
  readonly detail: string;
  /** One entry per invalid field. */
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
  /** Seconds until a retry may succeed. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An intended error response. Everything else that is thrown is a bug or an outage: 500 or 503. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.detail);
    this.code = code;
    this.status = ERRORS[code].status;
    this.details = details;
  }
}

/** The fields of errors that Express and its body parser raise. */
interface HttpErrorLike {
  readonly status: number;
  readonly message?: string;
  readonly type?: string;
  readonly charset?: string;
  readonly encoding?: string;
  readonly limit?: number;
  readonly length?: number;
}

/** Renders everything that is thrown as problem+json. The client sees nothing of an unexpected error. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/max-params -- Express recognizes an error handler by its four parameters
  return function renderProblem(thrown: unknown, req, res, next) {
    const error = thrown instanceof HttpError ? thrown : toHttpError(thrown);
    const { requestId, traceId } = contextOf(req);
    if (error.status === 500) {
      log.error({ err: thrown, request_id: requestId, trace_id: traceId }, 'request failed');
    }
    if (res.headersSent) {
      // A partial response must not look complete: Express destroys the socket.
      next(thrown);
      return;
    }
    sendProblem(error, req, res);
  };
}

function toHttpError(thrown: unknown): HttpError {
  if (!isHttpErrorLike(thrown)) {
    return isRedisUnavailable(thrown)
      ? new HttpError('redis_unavailable', { detail: 'Redis cannot execute the command now', retryAfter: 1 })
      : new HttpError('internal', { detail: 'The log describes this error under request_id' });
  }
  const { status, type, message = '', limit = 0, length, charset, encoding = '' } = thrown;
  if (status === 413) {
    const detail = `The body must have at most ${limit} bytes, received ${length ?? 'more'}`;
    return new HttpError('too_large', { detail });
  }
  if (status === 415) {
    const [expected, received] =
      charset === undefined ? ['encoding gzip, deflate or br', encoding] : ['charset UTF-8', charset];
    const detail = `The body must have ${expected}, received ${truncate(received)}`;
    return new HttpError('unsupported_media_type', { detail });
  }
  const what = type === 'entity.parse.failed' ? 'The body must be JSON' : 'The request cannot be read';
  return new HttpError('malformed', { detail: `${what}: ${truncate(message)}` });
}

/** Sends `error` as a problem document. */
export function sendProblem(error: HttpError, req: Request, res: Response): void {
  const { status, details, code } = error;
  const { requestId, traceId } = contextOf(req);
  if (details.retryAfter !== undefined) res.set('Retry-After', String(details.retryAfter));
  res
    .status(status)
    .set(details.headers ?? {})
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:${NAMESPACE}:problem:${code}`,
        title: ERRORS[code].title,
        status,
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
