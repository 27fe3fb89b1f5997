import { randomUUID } from 'node:crypto';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { PATHS } from './conformance.ts';
import { startReceiver, status } from './receiver.ts';
import { setUp } from './set-up.ts';

/** None of these may be found in any line of any log. */
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
  const id = await started.compute({ n: 5 });
  return { api: started, worker: first, receiver: keep(await startReceiver()), id };
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** The lines of the api about one request, once the last of them is there. */
async function linesOf(requestId: string) {
  return eventually(() => {
    const lines = api.process.logs.filter((line) => line['request_id'] === requestId);
    expect(lines.map((line) => line.msg)).toContain('request');
    return lines;
  });
}

describe('the log', () => {
  it.each([
    ...PATHS.map(({ template }) => ['GET', template.replace('{id}', id), undefined] as const),
    ['DELETE', `/tasks/${id}`, undefined] as const,
    ['GET', '/tasks/nope', undefined] as const,
    ['GET', '/nope', undefined] as const,
    ['POST', '/tasks', '{"n":0}'] as const,
  ])('has one line for %s %s', async (method, path, body) => {
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
    const task = /^\/tasks\/([^/]+)/.exec(path)?.[1];
    expect(lines[0]?.['task_id']).toBe(task);
  });

  it('follows a task from its request through the worker to its webhook', async () => {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const body = { n: 6, callback_url: receiver.url('/follow') };
    const { request_id: task } = await api.submit(body, headers);
    await receiver.arrived('/follow', 1);
    const [line] = (await linesOf(requestId)).filter(({ msg }) => msg === 'request');
    expect(line).toMatchObject({ method: 'POST', path: '/tasks', status: 202, task_id: task });
    const found = await eventually(() => {
      const lines = worker.logs.filter((line) => line['task_id'] === task);
      expect(lines.at(-1)).toMatchObject({ msg: 'task done' });
      return lines;
    });
    expect(found.map(({ msg }) => msg)).toEqual(['task started', 'task done']);
    for (const line of found) expect(line).toMatchObject({ request_id: requestId, trace_id: TRACE });
    await eventually(() => {
      const told = api.process.logs.filter(({ msg }) => msg === 'webhook delivered');
      expect(told).toMatchObject([{ task_id: task, request_id: requestId, trace_id: TRACE }]);
    });
  });

  it('has no secret, no body and no query', async () => {
    const callback_url = receiver.url(`/hook?token=${SECRETS.callbackToken}`);
    receiver.answer(`/hook?token=${SECRETS.callbackToken}`, status(500), (res) => res.destroy(), status(410));
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
      { n: 7, callback_url },
      { n: 7, callback_url: `http://10.0.0.1/${SECRETS.callbackToken}` },
      { n: 7, secret: SECRETS.field },
      { n: SECRETS.field },
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
      expect(about.at(-1)).toMatchObject({ msg: 'webhook given up', attempt: 3 });
      for (const line of about) expect(line).toMatchObject({ request_id: hooked, trace_id: TRACE });
    });
    const everything = JSON.stringify([...api.process.logs, ...worker.logs]);
    for (const secret of [...Object.values(SECRETS), credentials]) expect(everything).not.toContain(secret);
    expect(everything).not.toContain('SECRET');
    expect(api.process.logs.filter((line) => line['level'] === undefined)).toEqual([]);
  });
});

describe('/metrics', () => {
  it('has the metrics of the design that the api owns, by name and label', async () => {
    await api.http('get', '/nope').expect(404);
    const { text, headers } = await api.http('get', '/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    for (const sample of [
      /^prime_task_submissions_total\{status="started",service="api"\} \d+$/m,
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

  it('has its counters before their first event, so that rate() sees that event', async () => {
    await using unused = await startApi();
    const { text } = await unused.http('get', '/metrics').expect(200);
    expect(text).toMatch(/^prime_webhook_deliveries_total\{outcome="dead",.*\} 0$/m);
    expect(text).toMatch(/^prime_store_unreadable_segments_total\{reason="corrupt",.*\} 0$/m);
  });

  it('counts a task that is accepted, once, and no replay and no refusal', async () => {
    const before = await api.metric('prime_task_submissions_total', /status="started"/);
    await api.submit({ n: 5 }, { 'idempotency-key': 'counted' });
    await api.http('post', '/tasks').set('Idempotency-Key', 'counted').send({ n: 5 }).expect(200);
    await api.http('post', '/tasks').send({ n: 0 }).expect(422);
    expect(await api.metric('prime_task_submissions_total', /status="started"/)).toBe(before + 1);
  });

  it('names endpoints by their pattern, and nothing by an id', async () => {
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
    const patterns = PATHS.map(({ template }) =>
      template.replace('{id}', ':id').replace(/(metrics)\/.*/, '$1/:call'),
    );
    for (const pattern of endpoints) expect(['unmatched', '/docs/start.js', ...patterns]).toContain(pattern);
    for (const pattern of patterns) expect([...endpoints]).toContain(pattern);
  });
});
