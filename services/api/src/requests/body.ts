import { isUtf8 } from 'node:buffer';
import { HttpError, truncate } from '@primes/service-kit';
import express, { type Request, type RequestHandler } from 'express';
import { IdempotencyKey } from './schemas.ts';

export const NDJSON_TYPE = 'application/x-ndjson';

/** Parses a JSON body of at most this size. */
export function jsonBody(limit = '64kb'): RequestHandler {
  return express.json({ limit, strict: false, verify: requireUtf8 });
}

/** Reads a body of one JSON text per line. */
export function linesBody(limit: string): RequestHandler {
  return express.text({ limit, type: NDJSON_TYPE, verify: requireUtf8 });
}

/**
 * JSON is UTF-8 (RFC 8259, section 8.1). Express would also decode UTF-7, UTF-16 and UTF-32, and replace invalid bytes.
 *
 * @throws {HttpError} `unsupported_media_type`, `malformed`
 */
// eslint-disable-next-line @typescript-eslint/max-params -- a callback of Express
function requireUtf8(_req: unknown, _res: unknown, body: Buffer, charset: string): void {
  if (charset !== 'utf-8') {
    const detail = `The body must have charset UTF-8, received ${truncate(charset)}`;
    throw new HttpError('unsupported_media_type', { detail });
  }
  if (!isUtf8(body))
    throw new HttpError('malformed', { detail: 'The body must be UTF-8, received other bytes' });
}

/**
 * The body, which Express parses if it has one of these types.
 *
 * @throws {HttpError} `unsupported_media_type`, `malformed`
 */
export function bodyOf(req: Request, types: readonly string[]): unknown {
  // Express parses no bytes as `{}`, which a client that lost its body does not mean.
  if (req.body !== undefined && req.headers['content-length'] !== '0') return req.body;
  if (req.is([...types]) === false) {
    const detail = `Content-Type must be ${types.join(' or ')}, received ${req.get('content-type') ?? 'none'}`;
    throw new HttpError('unsupported_media_type', { detail });
  }
  throw new HttpError('malformed', { detail: 'The body must be JSON, received none' });
}

/** @throws {HttpError} `malformed` */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return undefined;
  if (req.headersDistinct['idempotency-key']?.length !== 1)
    throw new HttpError('malformed', { detail: 'Idempotency-Key: Must occur only once' });
  const parsed = IdempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map((issue) => issue.message).join('; ');
  throw new HttpError('malformed', { detail: `Idempotency-Key: ${detail}` });
}
