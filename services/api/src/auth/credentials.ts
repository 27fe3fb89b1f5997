import { HttpError, NAMESPACE } from '@primes/service-kit';
import type { Request } from 'express';

/** A way in which clients send credentials. */
export interface Scheme {
  /** The key or access token of a request; undefined if it has none. */
  readonly tokenOf: (req: Request) => string | undefined;
  /** WWW-Authenticate without the parameters of `Bearer`. */
  readonly challenge: string;
  readonly expected: string;
}

/** RFC 6750. */
export const bearer: Scheme = {
  tokenOf: (req) => /^Bearer +([\w.~+/-]+=*)$/i.exec(req.get('authorization') ?? '')?.[1],
  challenge: `Bearer realm="${NAMESPACE}"`,
  expected: '`Authorization: Bearer` with a key or an access token',
};

/** Also as the password of any user, because a browser asks for nothing else. */
export const bearerOrPassword: Scheme = {
  tokenOf: (req) => bearer.tokenOf(req) ?? passwordOf(req),
  challenge: `Basic realm="${NAMESPACE}", charset="UTF-8", ${bearer.challenge}`,
  expected: 'a key as the password, or `Authorization: Bearer`',
};

function passwordOf(req: Request): string | undefined {
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(req.get('authorization') ?? '')?.[1];
  return encoded && /:(.+)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1];
}

/** 401 without an error code, as RFC 6750 §3.1 requires. */
export function missingCredentials({ expected, challenge }: Scheme, req: Request): HttpError {
  const headers = { 'WWW-Authenticate': challenge };
  const received = req.get('authorization') === undefined ? 'none' : 'another form';
  return new HttpError('unauthorized', { detail: `Expected ${expected}, received ${received}`, headers });
}

/** 401 for credentials that are unknown, expired or revoked. */
export function invalidCredentials({ challenge }: Scheme): HttpError {
  const headers = { 'WWW-Authenticate': `${challenge}, error="invalid_token"` };
  return new HttpError('unauthorized', { detail: 'The credentials are unknown or have expired', headers });
}

/** 403 for a principal that has none of the roles. */
export function missingRole({ challenge }: Scheme, roles: readonly string[]): HttpError {
  const headers = {
    'WWW-Authenticate': `${challenge}, error="insufficient_scope", scope="${roles.join(' ')}"`,
  };
  return new HttpError('forbidden', { detail: `Expected one of the roles: ${roles.join(', ')}`, headers });
}
