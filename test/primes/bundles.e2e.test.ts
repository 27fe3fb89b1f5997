import { describe, expect, it } from '@jest/globals';
import {
  eventually,
  startHttpServer,
  startService,
  startSpanReceiver,
  testRedisUrl,
  uniquePrefix,
  type ServiceName,
} from '@primes/testing';

/** What a bundle loads on demand or reads from a file can be missing without an error at the start. */
async function startBundles(services: readonly ServiceName[], env: Record<string, string>) {
  await using starting = new AsyncDisposableStack();
  const prefix = uniquePrefix();
  const urls: string[] = [];
  for (const service of services) {
    const own = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, STORE_PREFIX: prefix, ...env };
    urls.push(starting.use(await startService(service, own, { program: 'built' })).url);
  }
  const running = starting.move();
  return { urls, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

describe('the bundles', () => {
  it('run a task with a webhook and traces', async () => {
    await using traces = await startSpanReceiver();
    let delivered = 0;
    await using receiver = await startHttpServer((_req, res) => {
      delivered += 1;
      res.end();
    });
    const env = { ...traces.env, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
    await using system = await startBundles(['api', 'worker', 'metrics-gateway'], env);
    const [api = ''] = system.urls;
    const response = await fetch(`${api}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ n: 5, callback_url: receiver.url }),
    });
    const { request_id: id } = (await response.json()) as { request_id: string };
    const task = await fetch(`${api}/tasks/${id}?wait=30`);
    expect(await task.json()).toMatchObject({ status: 'done', result: [2, 3, 5, 7, 11] });
    await eventually(() => {
      expect(delivered).toBe(1);
      expect(traces.spans.map(({ service }) => service)).toEqual(expect.arrayContaining(['api', 'worker']));
    });
  });

  it('have all pages and documents', async () => {
    const env = { ADMIN_USER: 'operator', ADMIN_PASSWORD: 'only-for-tests' };
    await using system = await startBundles(['api'], env);
    const [api = ''] = system.urls;
    const headers = { Accept: '*/*', Authorization: `Basic ${btoa('operator:only-for-tests')}` };
    const paths = ['/docs', '/docs/assets/swagger-ui-bundle.js', '/docs/assets/swagger-ui.css'];
    paths.push('/docs/assets/favicon-32x32.png', '/redoc', '/redoc/assets/redoc.standalone.js');
    paths.push('/openapi.json', '/admin/queues', '/admin/queues/api/queues');
    const page = await fetch(api, { headers: { Accept: 'text/html' } });
    const html = await page.text();
    paths.push(...Array.from(html.matchAll(/"(web\/[^"]+)"/g), ([, path = '']) => `/${path}`));
    expect(paths.length).toBeGreaterThan(10);
    const board = await fetch(`${api}/admin/queues`, { headers });
    const [, asset = ''] = /src="([^"]+\.js)"/.exec(await board.text()) ?? [];
    paths.push(`/admin/queues/${asset.replace('/admin/queues/', '')}`);
    const statuses = paths.map(async (path) => [path, (await fetch(`${api}${path}`, { headers })).status]);
    expect(await Promise.all(statuses)).toEqual(paths.map((path) => [path, 200]));
  });

  it('verify access tokens and count requests', async () => {
    const issuer = { OIDC_ISSUER: 'https://127.0.0.1:1', OIDC_AUDIENCE: 'tests' };
    await using system = await startBundles(['api'], { ...issuer, QUOTA_REQUESTS_PER_MINUTE: '10' });
    const [api = ''] = system.urls;
    const response = await fetch(`${api}/tasks`, { headers: { Authorization: 'Bearer no-token' } });
    expect(response.status).toBe(401);
  });
});
