import { METRICS_CALLS } from '@primes/contracts';
import { HttpError, contextOf, validate, withClientSpan } from '@primes/service-kit';
import type { NextFunction, Request, Response } from 'express';
import type { ApiConfig } from '../config.ts';
import { HistoryQuery, NoQuery } from '../requests/schemas.ts';

/** Runs before the methods, because an unknown call has none. */
export function knownCall(req: Request, _res: Response, next: NextFunction): void {
  if (METRICS_CALLS.some((call) => call === callOf(req))) {
    next();
    return;
  }
  const known = METRICS_CALLS.join(', ');
  throw new HttpError('not_found', { detail: `Expected one of ${known}` });
}

/** GET /api/metrics/{call}: forwards the response of the gateway. */
export function metricsProxy(config: Pick<ApiConfig, 'METRICS_GATEWAY_URL' | 'METRICS_GATEWAY_TIMEOUT_MS'>) {
  return async function handleMetrics(req: Request, res: Response): Promise<void> {
    const call = callOf(req);
    const query = validate(call === 'history' ? HistoryQuery : NoQuery, req.query);
    const { requestId, traceparent } = contextOf(req);
    const url = new URL(`/api/metrics/${call}`, config.METRICS_GATEWAY_URL);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const response = await withClientSpan({ method: 'GET', url, traceparent }, async (own) => {
      const answer = await fetch(url, {
        headers: { 'x-request-id': requestId, traceparent: own },
        signal: AbortSignal.timeout(config.METRICS_GATEWAY_TIMEOUT_MS),
        redirect: 'error',
      });
      const { status, headers } = answer;
      return { status, headers, body: Buffer.from(await answer.arrayBuffer()) };
    }).catch((cause: unknown) => {
      const detail = 'The metrics gateway did not respond';
      throw Object.assign(new HttpError('gateway_unavailable', { detail, retryAfter: 2 }), { cause });
    });
    for (const name of ['content-type', 'retry-after']) {
      const value = response.headers.get(name);
      if (value !== null) res.set(name, value);
    }
    res.status(response.status).send(response.body);
  };
}

function callOf(req: Request): string {
  return String(req.params['call']);
}
