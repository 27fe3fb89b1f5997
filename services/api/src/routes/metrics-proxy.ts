import { METRICS_API } from '@primes/contracts';
import { contextOf } from '@primes/service-kit';
import type { NextFunction, Request, Response } from 'express';
import type { ApiConfig } from '../config.ts';
import { httpError } from '../errors.ts';
import { queryOf } from './query.ts';
import { NoQuery } from './schemas.ts';

/** Stands before the methods: a call that there is not has none. */
export function knownCall(req: Request, _res: Response, next: NextFunction): void {
  if (Object.hasOwn(METRICS_API, callOf(req))) {
    next();
    return;
  }
  const known = Object.keys(METRICS_API).join(', ');
  throw httpError('not_found', { detail: `The metrics API knows ${known}` });
}

/** GET /api/metrics/{call}: the gateway's answer, as it is. */
export function metricsProxy(config: Pick<ApiConfig, 'METRICS_GATEWAY_URL' | 'METRICS_GATEWAY_TIMEOUT_MS'>) {
  return async function handleMetrics(req: Request, res: Response): Promise<void> {
    queryOf(req, NoQuery);
    const { requestId, traceparent } = contextOf(req);
    const answer = await ask(new URL(`/api/metrics/${callOf(req)}`, config.METRICS_GATEWAY_URL), {
      headers: { 'x-request-id': requestId, traceparent },
      signal: AbortSignal.timeout(config.METRICS_GATEWAY_TIMEOUT_MS),
      redirect: 'error',
    });
    for (const name of ['content-type', 'retry-after']) {
      const value = answer.headers.get(name);
      if (value !== null) res.set(name, value);
    }
    res.status(answer.status).send(answer.body);
  };
}

function callOf(req: Request): string {
  return String(req.params['call']);
}

async function ask(url: URL, init: RequestInit): Promise<{ status: number; headers: Headers; body: Buffer }> {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  } catch (error) {
    throw Object.assign(httpError('gateway_unavailable', { detail: 'It does not answer', retryAfter: 2 }), {
      cause: error,
    });
  }
}
