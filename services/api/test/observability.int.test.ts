import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { ECHO_CONTRACT } from './conformance.ts';
import { startReceiver, status } from './receiver.ts';
import { setUp } from './set-up.ts';

/** None of these may appear in a log line. */
const SECRETS = {
  idempotencySecret: 'SECRET-of-idempotency',
  webhookSecret: Buffer.from('SECRET-that-signs-the-webhooks').toString('base64'),
  adminPassword: 'SECRET-of-the-operator',
  key: 'SECRET-idempotency-key',
  callbackToken: 'SECRET-callback-token',
  field: 'SECRET-in-a-field',
  query: 'SECRET-in-a-query',
  authorization: 'SECRET-authorization',
};
const env = {
  IDEMPOTENCY_SECRET: SECRETS.idempotencySecret,
  WEBHOOK_SECRET: `whsec_${SECRETS.webhookSecret}`,
  ADMIN_USER: 'operator',
  ADMIN_PASSWORD: SECRETS.adminPassword,
  WEBHOOK_ALLOWED_HOSTS: 'localhost',
  WEBHOOK_BACKOFF_MS: '5',
  METRICS_GATEWAY_URL: 'http://127.0.0.1:9',
  LOG_LEVEL: 'trace',
};
const { api, worker, receiver, id } = await setUp(async (keep) => {
  const started = keep(await startApi(env));
  const first = await started.start('worker');
  const id = await started.compute({ text: 'a' });
  return { api: started, worker: first, receiver: keep(await startReceiver()), id };
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** The lines of the api about one request, after the last of them was written. */
async function linesOf(requestId: string) {
  return eventually(() => {
    const lines = api.process.logs.filter((line) => line['request_id'] === requestId);
    expect(lines.map((line) => line.msg)).toContain('request');
    return lines;
  });
}

describe('the log', () => {
  it.each([
    ...ECHO_CONTRACT.paths.map(({ template }) => ['GET', template.replace('{id}', id), undefined] as const),
    ['DELETE', `/tasks/${id}`, undefined] as const,
    ['GET', '/tasks/nope', undefined] as const,
    ['GET', '/nope', undefined] as const,
    ['POST', '/tasks', '{"steps":0}'] as const,
  ])('contains one line for %s %s', async (method, path, body) => {
    const requestId = randomUUID();
    const headers = {
      'x-request-id': requestId,
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      ...(body && { 'content-type': 'application/json' }),
    };
    const { status } = await api.send({ method, path: `${path}?`, headers, ...(body && { body }) });
    const lines = await linesOf(requestId);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'api',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      trace_id: TRACE,
      method,
      path,
      status,
      duration_ms: expect.any(Number),
    });
    // Not of `/tasks/batch` and the other resources with names.
    const isNamed = ECHO_CONTRACT.paths.some(({ template }) => template === path);
    const task = isNamed ? undefined : /^\/tasks\/([^/]+)/.exec(path)?.[1];
    expect(lines[0]?.['task_id']).toBe(task);
  });

  it('follows a task from its request through the worker to its webhook', async () => {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const body = { text: 'a', callback_url: receiver.url('/follow') };
    const { request_id: task } = await api.submit(body, headers);
    await receiver.arrived('/follow', 1);
    const [line] = (await linesOf(requestId)).filter(({ msg }) => msg === 'request');
    expect(line).toMatchObject({ method: 'POST', path: '/tasks', status: 202, task_id: task });
    const found = await eventually(() => {
      const lines = worker.logs.filter((line) => line['task_id'] === task);
      expect(lines.at(-1)).toMatchObject({ msg: 'task completed' });
      return lines;
    });
    expect(found.map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
    for (const line of found) expect(line).toMatchObject({ request_id: requestId, trace_id: TRACE });
    await eventually(() => {
      const delivered = api.process.logs.filter(({ msg }) => msg === 'webhook delivered');
      expect(delivered).toMatchObject([{ task_id: task, request_id: requestId, trace_id: TRACE }]);
    });
  });

  it('limits the length of what a client can write into it', async () => {
    const long = 'x'.repeat(10_000);
    for (const path of [`/${long}`, `/tasks/${long}`, `/tasks/${long}/events`]) {
      const requestId = randomUUID();
      await api.send({ path, headers: { 'x-request-id': requestId } });
      const lines = await linesOf(requestId);
      expect(JSON.stringify(lines).length).toBeLessThan(1_000);
      expect(lines[0]?.['path']).toMatch(/^\/.*…$/);
    }
  });

  it('contains no secret, body or query', async () => {
    const callback_url = receiver.url(`/hook?token=${SECRETS.callbackToken}`);
    receiver.respond(
      `/hook?token=${SECRETS.callbackToken}`,
      status(500),
      (res) => res.destroy(),
      status(410),
    );
    const json = { 'content-type': 'application/json' };
    const hooked = randomUUID();
    const headers = {
      ...json,
      'x-request-id': hooked,
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      'idempotency-key': SECRETS.key,
      authorization: `Bearer ${SECRETS.authorization}`,
    };
    const bodies = [
      { text: 'a', callback_url },
      { text: 'a', callback_url: `http://10.0.0.1/${SECRETS.callbackToken}` },
      { text: 'a', secret: SECRETS.field },
      { steps: SECRETS.field },
    ];
    for (const body of bodies) {
      await api.send({ method: 'POST', path: '/tasks', headers, body: JSON.stringify(body) });
    }
    await api.send({ method: 'POST', path: '/tasks', headers, body: `{"${SECRETS.field}` });
    await api.send({ path: `/tasks?token=${SECRETS.query}`, headers });
    await api.send({ path: `/tasks/${id}?wait=1&token=${SECRETS.query}`, headers });
    const credentials = Buffer.from(`operator:${SECRETS.adminPassword}`).toString('base64');
    await api.send({ path: '/admin/queues', headers: { authorization: `Basic ${credentials}` } });
    await eventually(() => {
      const about = api.process.logs.filter(
        ({ msg }) => msg?.startsWith('webhook ') && msg !== 'webhook delivered',
      );
      expect(about.at(-1)).toMatchObject({ msg: 'webhook delivery abandoned', attempt: 3 });
      for (const line of about) expect(line).toMatchObject({ request_id: hooked, trace_id: TRACE });
    });
    const everything = JSON.stringify([...api.process.logs, ...worker.logs]);
    for (const secret of [...Object.values(SECRETS), credentials]) expect(everything).not.toContain(secret);
    expect(everything).not.toContain('SECRET');
    expect(api.process.logs.filter((line) => line['level'] === undefined)).toEqual([]);
  });
});

describe('/metrics', () => {
  it('exports all metrics of the api, with their names and labels', async () => {
    await api.http('get', '/nope').expect(404);
    const { text, headers } = await api.http('get', '/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    for (const sample of [
      /^echo_task_submissions_total\{status="started",service="api"\} \d+$/m,
      /^redis_operations_total\{operation="\w+",status="success",service="api"\} \d+$/m,
      /^api_requests_total\{method="GET",endpoint="\/tasks\/:id",status="200",service="api"\} \d+$/m,
      /^api_requests_total\{method="POST",endpoint="\/tasks",status="202",service="api"\} \d+$/m,
      /^api_requests_total\{method="GET",endpoint="unmatched",status="404",service="api"\} \d+$/m,
      /^api_request_duration_seconds_bucket\{le="0.01",service="api",method="GET",endpoint="\/tasks\/:id",status="200"\} \d+$/m,
      /^api_request_duration_seconds_bucket\{le="5",/m,
      /^api_request_duration_seconds_count\{/m,
      /^process_resident_memory_bytes\{service="api"\} \d+$/m,
      /^nodejs_eventloop_lag_seconds\{service="api"\} /m,
    ]) {
      expect(text).toMatch(sample);
    }
  });

  it('exports counters before their first event, so that rate() includes that event', async () => {
    await using unused = await startApi();
    const { text } = await unused.http('get', '/metrics').expect(200);
    expect(text).toMatch(/^echo_webhook_deliveries_total\{outcome="dead",.*\} 0$/m);
  });

  it('counts an accepted task once, and neither replays nor rejections', async () => {
    const before = await api.metric('echo_task_submissions_total', /status="started"/);
    await api.submit({ text: 'a' }, { 'idempotency-key': 'counted' });
    await api.http('post', '/tasks').set('Idempotency-Key', 'counted').send({ text: 'a' }).expect(200);
    await api.http('post', '/tasks').send({ steps: 0 }).expect(422);
    expect(await api.metric('echo_task_submissions_total', /status="started"/)).toBe(before + 1);
  });

  it('labels endpoints by their route pattern, without ids', async () => {
    for (const path of [
      `/tasks/${id}`,
      `/tasks/${id}/events`,
      '/docs/start.js',
      `/x/${randomUUID()}`,
      '/tasks/a%20b',
    ]) {
      await api.send({ path });
      await api.send({ method: 'PATCH', path });
    }
    const { text } = await api.http('get', '/metrics').expect(200);
    expect(text).not.toMatch(UUID);
    const endpoints = new Set([...text.matchAll(/endpoint="([^"]*)"/g)].map(([, endpoint]) => endpoint));
    const patterns = ECHO_CONTRACT.paths.map(({ template }) =>
      template
        .replace('{id}', template.startsWith('/webhooks') ? ':webhook' : ':id')
        .replace(/(metrics)\/.*/, '$1/:call'),
    );
    for (const pattern of endpoints) expect(['unmatched', '/docs/start.js', ...patterns]).toContain(pattern);
    for (const pattern of patterns) expect([...endpoints]).toContain(pattern);
  });

  it('lets no client add label values by unknown methods or spellings of a path', async () => {
    for (const method of METHODS.filter((each) => each !== 'CONNECT')) {
      await api.send({ method, path: '/health' });
    }
    const asset = '/docs/assets/swagger-ui.css';
    for (const path of [asset, asset.replace('docs', 'DOCS'), asset.replace('assets', 'Assets'), '/LIVEZ']) {
      await api.send({ path });
    }
    const { text } = await api.http('get', '/metrics').expect(200);
    const values = (label: string) =>
      new Set([...text.matchAll(new RegExp(`${label}="([^"]*)"`, 'g'))].map(([, value]) => value));
    const known = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
    for (const method of values('method')) expect([...known, '_OTHER']).toContain(method);
    expect(await api.metric('api_requests_total', /method="_OTHER",endpoint="\/health"/)).toBe(
      METHODS.length - known.length - 1,
    );
    const served = [...values('endpoint')].filter((endpoint) => /docs.assets|livez/i.test(endpoint ?? ''));
    expect(served.sort()).toEqual(['/docs/assets', '/livez']);
  });
});
