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
    post({ text: 'a' }, { 'idempotency-key': 'a' }),
    post({ text: 'a', ...CALLBACK }, { 'idempotency-key': 'b' }),
    { path: `/tasks/${id}` },
    { path: `/tasks/${id}?wait=60` },
    { method: 'HEAD', path: `/tasks/${id}` },
    { path: `/tasks/${id}/events` },
    { method: 'DELETE', path: `/tasks/${id}` },
    { path: '/tasks' },
    { path: '/tasks?status=done' },
  ];
}
