import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { send, type Sent } from './http-client.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const PAGE = 'https://app.example.com';
const OTHER = 'http://localhost:5173';

const { some, all, none, as } = await setUp(async (keep) => {
  const keys = keep(await keyFile({ alice: ['submit', 'read'] }));
  return {
    some: keep(await startApiWithKeys(keys.file, { CORS_ORIGINS: `${PAGE}, ${OTHER}` })),
    all: keep(await startApi({ CORS_ORIGINS: '*' })),
    none: keep(await startApi()),
    as: keys.as,
  };
});

/** Without the contract: a preflight is no request of the API. */
function from(origin: string, to: { url: string }, sent: Sent) {
  const headers = { ...sent.headers, origin };
  return send(
    to.url,
    { ...sent, headers },
    { paths: [], checkResponse: () => undefined, checkWebhook: () => undefined },
  );
}
const preflight = (path: string, method: string): Sent => ({
  method: 'OPTIONS',
  path,
  headers: {
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type,idempotency-key,prefer',
  },
});

describe('a page of an allowed origin', () => {
  it.each([PAGE, OTHER])('of %s may submit, read and cancel', async (origin) => {
    for (const [path, method] of [
      ['/tasks', 'POST'],
      ['/tasks/a', 'DELETE'],
      ['/api/metrics/all', 'GET'],
    ] as const) {
      const { status, headers } = await from(origin, some, preflight(path, method));
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining(method),
        'access-control-allow-headers': expect.stringMatching(
          /Authorization.*Content-Type.*Idempotency-Key.*Prefer.*Last-Event-ID/,
        ),
        'access-control-max-age': '7200',
        vary: expect.stringContaining('Origin'),
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    const accepted = await from(origin, some, post({ text: 'a' }, as.alice));
    expect(accepted.status).toBe(202);
    const exposed = String(accepted.headers['access-control-expose-headers']).split(',');
    for (const name of ['Location', 'Retry-After', 'X-Request-Id']) expect(exposed).toContain(name);
  });

  it('can read problems', async () => {
    for (const sent of [{ path: '/tasks' }, { path: '/nope' }, post({ text: 1 }, as.alice)]) {
      const { status, headers } = await from(PAGE, some, sent);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers['access-control-allow-origin']).toBe(PAGE);
    }
  });

  it('may have any origin with *, without credentials', async () => {
    const { headers } = await from(PAGE, all, { path: '/tasks' });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

it.each([
  ['another origin', () => some, 'https://app.example.com.evil.example'],
  ['an origin, if none is allowed', () => none, PAGE],
])('does not allow %s', async (_name, api, origin) => {
  for (const sent of [preflight('/tasks', 'POST'), { path: '/health' }]) {
    const { headers } = await from(origin, api(), sent);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});

it('keeps the other OPTIONS requests', async () => {
  const { status, headers } = await some.send({ method: 'OPTIONS', path: '/tasks', headers: as.alice });
  expect([status, headers['allow']]).toEqual([204, expect.stringContaining('POST')]);
});

it.each([
  'https://app.example.com/',
  'app.example.com',
  `${PAGE},*`,
  'null',
  'ftp://a.example',
  'https://*.a.example',
])('does not start with CORS_ORIGINS=%s', async (origins) => {
  await expect(startApi({ CORS_ORIGINS: origins })).rejects.toThrow(/CORS_ORIGINS: Must be origins/);
});
