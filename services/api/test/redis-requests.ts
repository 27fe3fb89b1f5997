import { ProblemSchema } from '@primes/contracts';
import type { TestApi } from './api.ts';
import type { Sent } from './http-client.ts';

/** Nothing listens there. */
export const CALLBACK = { callback_url: 'http://localhost:9/' };
/** A submission. */
export const post = (body: object, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path: '/tasks',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** All requests that need Redis. */
export function requests(id: string): Sent[] {
  return [
    post({ text: 'a' }),
    post({ text: 'a', ...CALLBACK }),
    { ...post([{ text: 'a' }], { 'idempotency-key': 'a' }), path: '/tasks/batch' },
    { ...post([{ text: 'a' }, { text: 'b', ...CALLBACK }]), path: '/tasks/batch' },
    { path: '/tasks?batch=00000000-0000-4000-8000-000000000000' },
    post({ text: 'a' }, { 'idempotency-key': 'a' }),
    post({ text: 'a', ...CALLBACK }, { 'idempotency-key': 'b' }),
    { path: `/tasks/${id}` },
    { path: `/tasks/${id}?wait=60` },
    { method: 'HEAD', path: `/tasks/${id}` },
    { path: `/tasks/${id}/events` },
    { method: 'DELETE', path: `/tasks/${id}` },
    { path: '/tasks' },
    { path: '/tasks?status=done' },
    { method: 'POST', path: `/tasks/${id}/retry` },
    { path: '/tasks/failures' },
    {
      method: 'POST',
      path: '/tasks/actions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'retry', filter: { status: 'failed' } }),
    },
    { path: '/webhooks/dead' },
    { method: 'POST', path: `/webhooks/dead/${id}/redeliver` },
    {
      method: 'POST',
      path: '/webhooks/dead/redeliver',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    },
    { path: '/queue' },
    { path: '/workers' },
    { method: 'POST', path: '/queue/pause' },
    { method: 'POST', path: '/queue/resume' },
  ];
}

/** The same request, with a wait of one second. */
export function brief(sent: Sent): Sent {
  return { ...sent, path: sent.path.replace(/wait=\d+/, 'wait=1') };
}

export interface Checked {
  readonly served: boolean;
  readonly fault?: string;
}

/** What is wrong with the response to a request while Redis cannot serve; no fault if it is right. */
export async function fault(api: Pick<TestApi, 'open'>, sent: Sent): Promise<Checked> {
  const response = await api.open(sent);
  const { statusCode: status = 0, headers } = response.message;
  if (status < 500) {
    // An event stream does not end.
    response.disconnect();
    return { served: true };
  }
  const body = await response.text();
  const request = `${sent.method ?? 'GET'} ${sent.path}: ${status} ${body}`;
  if (status !== 503) return { served: false, fault: request };
  if (!/^[1-9]\d*$/.test(String(headers['retry-after'])))
    return { served: false, fault: `${request}, Retry-After` };
  if (sent.method === 'HEAD') return { served: false };
  const { type } = ProblemSchema.parse(JSON.parse(body));
  const isRight = ['redis_unavailable', 'queue_full'].some((code) => type.endsWith(`:${code}`));
  return isRight ? { served: false } : { served: false, fault: request };
}
