import { METRICS_CALLS } from '@primes/contracts';
import { echo } from '@primes/testing/echo';
import { accessTable } from '../src/auth/access.ts';
import { openApiDocument } from '../src/openapi.ts';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => {
  const started = keep(await startApi({ METRICS_GATEWAY_URL: 'http://127.0.0.1:9' }));
  await started.start('worker');
  return started;
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const GIVEN = { 'x-request-id': 'client-1.a:b_c', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

describe('X-Request-Id and traceparent', () => {
  it.each([
    '/',
    '/health',
    '/metrics',
    '/docs',
    '/docs/assets/swagger-ui.css',
    '/nope',
    '/tasks/x',
    '/tasks',
  ])('are accepted and returned by %s', async (path) => {
    const { headers } = await api.send({ path, headers: GIVEN });
    expect(headers['x-request-id']).toBe(GIVEN['x-request-id']);
    // The same trace and sampling decision, with a span of this server.
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(129), '<script>', 'a,b'])('are replaced if invalid: %j', async (id) => {
    const latin1 = Buffer.from(id).toString('latin1');
    const headers = { 'x-request-id': latin1, traceparent: `00-${'0'.repeat(32)}-${id || 'x'}` };
    const response = await api.send({
      path: '/health',
      headers: { ...headers, traceparent: latin1 || 'junk' },
    });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(response.headers['traceparent']).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
  });

  it('are stored with the task: it keeps the trace of its submission', async () => {
    const { request_id: id, traceparent } = await api.submit({ text: 'a' }, GIVEN);
    expect(traceparent).toContain(TRACE);
    const done = await api.view(id, 'wait=30');
    expect(done.traceparent).toBe(traceparent);
    expect((await api.tasks.getJob(id))?.data).toMatchObject({
      requestId: GIVEN['x-request-id'],
      traceparent,
    });
  });
});

describe('security headers', () => {
  it.each(['/docs', '/redoc', '/redoc/assets/redoc.standalone.js'])('of the page %s', async (path) => {
    const { headers } = await api.send({ path });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBeDefined();
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['server']).toBeUndefined();
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self';");
    // Only this server: keywords and schemes, but no host, foreign scheme or wildcard.
    const sources = policy.split(';').flatMap((directive) => directive.trim().split(/\s+/).slice(1));
    for (const source of sources) expect(source).toMatch(/^('[a-z-]+'|data:|blob:)$/);
  });

  it.each(['/', '/tasks', '/nope', '/health', '/openapi.json'])('of the data %s', async (path) => {
    expect((await api.send({ path })).headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('documentation', () => {
  it('is the generated document, and lists every path', async () => {
    const { body } = await api.send({ path: '/openapi.json' });
    const document = JSON.parse(body) as { paths: object };
    expect(document).toEqual(
      JSON.parse(JSON.stringify(openApiDocument(echo, { formats: undefined, config: {} }))),
    );
    // Without authentication, there is no audit. The files of the page are no part of the API.
    const routes = Object.keys(accessTable({ AUTH_METRICS: false })).filter(
      (path) => path !== '/audit' && path !== '/web/:file',
    );
    // The table and the document may name a parameter differently.
    const anonymous = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');
    expect(Object.keys(document.paths).map(anonymous).sort()).toEqual(
      routes
        .flatMap((path) =>
          path.endsWith('/:call') ? METRICS_CALLS.map((call) => path.replace(':call', call)) : path,
        )
        .map((path) => path.replace(/\/\*$/, '').replaceAll(/:\w+/g, '{}'))
        .sort(),
    );
  });

  it.each(['/docs', '/redoc'])('%s loads everything from this server', async (page) => {
    const { body } = await api.send({ path: page });
    const needed = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target ?? '');
    expect(needed.length).toBeGreaterThan(1);
    expect(body).not.toMatch(/(https?:)?\/\/[a-z]/i);
    // The policy blocks inline scripts.
    expect(body).not.toMatch(/<script>|<script [^>]*>[^<]/);
    for (const path of needed) {
      expect(path.startsWith('/')).toBe(true);
      const { status, body: asset, headers } = await api.send({ path });
      expect(status).toBe(200);
      expect(asset.length).toBeGreaterThan(10);
      expect(headers['content-type']).toMatch(/javascript|css|png/);
    }
    const start = await api.send({ path: `${page}/start.js` });
    expect(start.body).toContain("'/openapi.json'");
  });
});

describe('compression', () => {
  const headers = { 'accept-encoding': 'gzip, br' };

  it.each(['/docs/assets/swagger-ui-bundle.js', '/redoc/assets/redoc.standalone.js', '/openapi.json'])(
    'is applied to %s',
    async (path) => {
      const response = await api.open({ path, headers });
      expect(response.message.headers['content-encoding']).toMatch(/gzip|br/);
      response.disconnect();
    },
  );

  it('is not applied to tasks and events', async () => {
    const id = await api.compute({ text: 'a'.repeat(1_000) });
    for (const path of [`/tasks/${id}`, `/tasks/${id}/events`]) {
      const { message, text } = await api.open({ path, headers });
      expect(message.headers['content-encoding']).toBeUndefined();
      expect((await text()).length).toBeGreaterThan(1_000);
    }
  });
});
