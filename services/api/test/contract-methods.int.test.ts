import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { ECHO_CONTRACT } from './conformance.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi({ ADMIN_USER: '', ADMIN_PASSWORD: '' })));

const MISSING = '00000000-0000-4000-8000-000000000000';
const paths = ECHO_CONTRACT.paths.map(({ template, methods }) => ({
  path: template.replace('{id}', MISSING),
  methods,
}));
const served = paths.filter(({ path }) => path !== '/admin/queues');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

// Most assertions are in the conformance check of every request.
describe('methods', () => {
  it.each(served)('$path responses OPTIONS with the allowed methods', async ({ path, methods }) => {
    const { headers } = await api.http('options', path).expect(204);
    for (const method of methods) expect(headers['allow']).toContain(method);
  });

  it.each(served)('$path rejects every other method with 405', async ({ path, methods }) => {
    const others = METHODS.filter((method) => !['HEAD', 'OPTIONS', ...methods].includes(method));
    for (const method of others) expect(await api.send({ method, path })).toMatchObject({ status: 405 });
  });

  it.each(served.filter(({ methods }) => methods.includes('GET')))(
    'HEAD $path has the headers of GET and no body',
    async ({ path }) => {
      const get = await api.send({ path });
      const head = await api.send({ method: 'HEAD', path });
      expect(head).toMatchObject({ status: get.status, body: '' });
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['retry-after']).toBe(get.headers['retry-after']);
    },
  );

  it.each([
    '/nope',
    '/tasks/a/b',
    '/Tasks',
    '/api/metrics/nope',
    '/api/metrics',
    '/docs/assets/nope.js',
    '/docs/assets/..%2f..%2fpackage.json',
    '/admin/queues',
    '//tasks',
    '/%E0%A4%A',
    '//a@b#c',
    '*',
    'x://y/z',
    'x://y:99999/z',
  ])('%s does not exist', async (path) => {
    for (const method of METHODS) {
      const { status, body } = await api.send({ method, path });
      expect(status).toBe(404);
      if (method !== 'HEAD') expect(body).toContain('urn:primes:problem:not_found');
    }
  });

  it.each([MISSING, MISSING.replace('-4', '-9'), 'repair-5', '1', '0'.repeat(300), 'ABC', '%00', ':'])(
    'returns 404 for the task id %s',
    async (id) => {
      for (const [method, path] of [
        ['GET', `/tasks/${id}`],
        ['GET', `/tasks/${id}?wait=60`],
        ['GET', `/tasks/${id}/events`],
        ['DELETE', `/tasks/${id}`],
      ] as const) {
        expect(await api.send({ method, path })).toMatchObject({ status: 404 });
      }
    },
  );

  it.each(['GET', 'DELETE', 'PUT', 'OPTIONS'])(
    '%s returns 400 for an id that cannot be decoded',
    async (method) => {
      expect(await api.send({ method, path: '/tasks/%E0%A4%A' })).toMatchObject({ status: 400 });
    },
  );

  it('ignores a trailing slash', async () => {
    await api.http('get', '/tasks/').expect(200);
    await api.http('get', '/health/').expect(200, { status: 'healthy' });
  });
});

describe('GET of a path without a task', () => {
  it.each([
    ['/', { message: expect.any(String), version: expect.any(String), docs: '/docs' }],
    ['/health', { status: 'healthy' }],
    ['/livez', { status: 'alive' }],
    ['/readyz', { status: 'ready', checks: { companions: 'ok', redis: 'ok' } }],
    ['/tasks', { tasks: [], next_cursor: null, truncated: false, scanned: 0, counts: null }],
  ])('%s', async (path, body) => {
    const response = await api.http('get', path).expect(200);
    expect(response.body).toEqual(body);
  });

  it('/ returns JSON with `Vary: Accept`', async () => {
    await api
      .http('get', '/')
      .set('Accept', '*/*')
      .expect(200)
      .expect('Vary', /Accept/);
  });
});
