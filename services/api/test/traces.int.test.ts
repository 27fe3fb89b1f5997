import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { eventually, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { startReceiver, status } from './receiver.ts';
import { setUp } from './set-up.ts';

const { api, receiver, webhooks } = await setUp(async (keep) => {
  const spans = keep(await startSpanReceiver());
  const env = { ...spans.env, WEBHOOK_ALLOWED_HOSTS: 'localhost', WEBHOOK_BACKOFF_MS: '5' };
  const started = keep(await startApi(env));
  await started.start('worker');
  return { api: started, receiver: spans, webhooks: keep(await startReceiver()) };
});

let traces = 0;
/** A new trace, as a client starts it. */
function newTrace(flags = '01') {
  const traceId = (++traces).toString(16).padStart(32, 'a');
  return { traceId, headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-${flags}` } };
}

/** Waits for the span of a trace that matches. */
async function span(traceId: string, wanted: Partial<SeenSpan>): Promise<SeenSpan> {
  return eventually(() => {
    const found = receiver.spans.filter(
      (one) =>
        one.traceId === traceId &&
        Object.entries(wanted).every(([key, value]) => one[key as keyof SeenSpan] === value),
    );
    expect(found).toHaveLength(1);
    return found[0] as SeenSpan;
  });
}

/** The span that links to another one. */
async function linked(name: string, to: SeenSpan): Promise<SeenSpan> {
  return eventually(() => {
    const found = receiver.spans.find(
      (one) => one.name === name && one.links.some(({ spanId }) => spanId === to.spanId),
    );
    if (!found) throw new Error(`No ${name} has a link to ${to.name}`);
    return found;
  });
}

describe('the span of a request', () => {
  it("continues the client's trace and has the attributes of the HTTP conventions", async () => {
    const { traceId, headers } = newTrace();
    const response = await api
      .http('get', '/tasks/5b3d7c1e-0f6a-4f0b-9d2c-1e2f3a4b5c6d?limit=0')
      .set({ ...headers, baggage: 'other=1,load.test=locust' })
      .expect(404);
    const server = await span(traceId, { kind: 'server' });
    expect(server).toMatchObject({ service: 'api', name: 'GET /tasks/:id', parentSpanId: 'b'.repeat(16) });
    expect(server.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'http.route': '/tasks/:id',
      'url.path': '/tasks/5b3d7c1e-0f6a-4f0b-9d2c-1e2f3a4b5c6d',
      'url.query': 'limit=0',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'load.test': 'locust',
    });
    // The response, and so the log, contain the id of this span.
    expect((response.headers as Record<string, string>)['traceparent']).toBe(
      `00-${traceId}-${server.spanId}-01`,
    );
    expect(await span(traceId, { name: 'EVALSHA' })).toMatchObject({
      kind: 'client',
      parentSpanId: server.spanId,
      attributes: { 'db.system.name': 'redis', 'db.namespace': '0', 'db.operation.name': 'EVALSHA' },
    });
  });

  it('has no id in its name for an unknown path', async () => {
    const { traceId, headers } = newTrace();
    await api.http('get', '/nowhere/42').set(headers).expect(404);
    expect((await span(traceId, { kind: 'server' })).name).toBe('GET');
  });

  it('is not created for probes and scrapes', async () => {
    const [probe, request] = [newTrace(), newTrace()];
    for (const path of ['/livez', '/readyz', '/metrics']) await api.http('get', path).set(probe.headers);
    await api.http('get', '/health').set(request.headers);
    await span(request.traceId, { kind: 'server' });
    expect(receiver.spans.filter(({ traceId }) => traceId === probe.traceId)).toEqual([]);
  });

  it('propagates the trace to the gateway', async () => {
    await using gateway = await api.start('metrics-gateway');
    await using front = await startApi({ ...receiver.env, METRICS_GATEWAY_URL: gateway.url });
    const { traceId, headers } = newTrace();
    await front.http('get', '/api/metrics/health').set(headers).expect(200);
    const outgoing = await span(traceId, { name: 'GET' });
    expect(outgoing).toMatchObject({ kind: 'client', service: 'api' });
    expect(outgoing.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(gateway.url).port),
    });
    const there = await span(traceId, { service: 'metrics-gateway' });
    expect(there).toMatchObject({ name: 'GET /api/metrics/health', parentSpanId: outgoing.spanId });
  });
});

describe('a submission', () => {
  it('stores the producer span for the worker', async () => {
    const { traceId, headers } = newTrace();
    const { request_id: id, traceparent } = await api.submit({ text: 'a' }, headers);
    const server = await span(traceId, { kind: 'server' });
    const sending = await span(traceId, { kind: 'producer' });
    expect(sending).toMatchObject({ name: 'send echo', parentSpanId: server.spanId });
    expect(sending.attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'echo',
      'messaging.message.id': id,
    });
    expect(traceparent).toBe(`00-${traceId}-${sending.spanId}-01`);
    expect((await api.tasks.getJob(id))?.data).toMatchObject({ traceparent });
    await span(traceId, { kind: 'consumer', parentSpanId: sending.spanId });
  });

  it('has one producer span and no span of its Redis command, even if submissions share a round trip', async () => {
    const all = Array.from({ length: 20 }, () => newTrace());
    await Promise.all(all.map(({ headers }) => api.submit({ text: 'a' }, headers)));
    for (const { traceId } of all) {
      const server = await span(traceId, { kind: 'server' });
      await span(traceId, { kind: 'producer', parentSpanId: server.spanId });
      const ofApi = receiver.spans.filter((one) => one.traceId === traceId && one.service === 'api');
      expect(ofApi).toHaveLength(2);
    }
  });

  it('with an Idempotency-Key has the spans of its own reads, even if submissions share a round trip', async () => {
    const all = Array.from({ length: 20 }, () => newTrace());
    await Promise.all(
      all.map(({ headers, traceId }) =>
        api.submit({ text: 'a' }, { ...headers, 'idempotency-key': traceId }),
      ),
    );
    for (const { traceId } of all) {
      const { spanId } = await span(traceId, { kind: 'server' });
      const commands = receiver.spans.filter(
        (one) => one.traceId === traceId && one.service === 'api' && one.kind === 'client',
      );
      expect(commands.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(
        ['HGETALL', 'EVALSHA'].map((name) => [name, spanId]),
      );
    }
  });

  it('is counted together with others, in no trace', async () => {
    await api.submit({ text: 'a' }, newTrace().headers);
    const { traceId, headers } = newTrace();
    await api.http('get', '/health').set(headers).expect(200);
    await span(traceId, { kind: 'server' });
    expect(receiver.spans.filter(({ name }) => name === 'HINCRBY')).toEqual([]);
  });

  it('that is a replay links to the first submission', async () => {
    const key = { 'idempotency-key': 'the-same' };
    const [first, second] = [newTrace(), newTrace()];
    await api.submit({ text: 'a' }, { ...first.headers, ...key });
    await api
      .http('post', '/tasks')
      .set({ ...second.headers, ...key })
      .send({ text: 'a' })
      .expect(200);
    const sending = await span(first.traceId, { kind: 'producer' });
    expect(await span(second.traceId, { kind: 'server' })).toMatchObject({
      links: [{ traceId: first.traceId, spanId: sending.spanId }],
    });
    expect(receiver.spans.filter(({ traceId }) => traceId === second.traceId)).not.toContainEqual(
      expect.objectContaining({ kind: 'producer' }),
    );
  });

  it.each([
    ['whose client does not sample', 'parentbased_always_on', '00'],
    ['that the sampler drops', 'always_off', '01'],
  ])('%s creates no span, but keeps its ids', async (_, sampler, flags) => {
    await using quiet = await startApi({ ...receiver.env, OTEL_TRACES_SAMPLER: sampler });
    const { traceId, headers } = newTrace(flags);
    const { traceparent } = await quiet.submit({ text: 'a' }, headers);
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-(?!b{16})[0-9a-f]{16}-00$`));
    // A process exports its last spans before it exits.
    quiet.process.kill('SIGTERM');
    expect(await quiet.process.exited).toBe(0);
    expect(receiver.spans.filter((one) => one.traceId === traceId)).toEqual([]);
  });
});

describe('a client that is not trusted', () => {
  it('cannot enable tracing by its flag or its trace id', async () => {
    const env = { ...receiver.env, TRUST_TRACEPARENT: 'false', OTEL_TRACES_SAMPLER_ARG: '0' };
    for (const sampler of ['parentbased_traceidratio', 'traceidratio']) {
      await using untrusting = await startApi({ ...env, OTEL_TRACES_SAMPLER: sampler });
      const { traceId, headers } = newTrace();
      const { traceparent } = await untrusting.submit({ text: 'a' }, headers);
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(traceparent).not.toContain(traceId);
      untrusting.process.kill('SIGTERM');
      expect(await untrusting.process.exited).toBe(0);
      expect(receiver.spans.filter((one) => one.traceId === traceId)).toEqual([]);
    }
  });

  it("starts a new trace by the sampler, with a link to the client's trace", async () => {
    const env = { ...receiver.env, TRUST_TRACEPARENT: 'false' };
    await using untrusting = await startApi(env);
    const { traceId, headers } = newTrace('00');
    await untrusting.http('get', '/health').set(headers).expect(200);
    const server = await eventually(() => {
      const found = receiver.spans.find((one) => one.links.some((link) => link.traceId === traceId));
      if (!found) throw new Error('No span links to the trace');
      return found;
    });
    expect(server).toMatchObject({ kind: 'server', name: 'GET /health' });
    expect(server.traceId).not.toBe(traceId);
  });
});

describe('a webhook', () => {
  it('ends the trace of its task, and propagates it to the receiver', async () => {
    const { traceId, headers } = newTrace();
    await api.submit({ text: 'a', callback_url: webhooks.url('/done') }, headers);
    const [delivery] = await webhooks.arrived('/done', 1);
    const sending = await span(traceId, { kind: 'producer' });
    const delivering = await span(traceId, { name: 'process webhooks' });
    expect(delivering).toMatchObject({ kind: 'consumer', parentSpanId: sending.spanId, service: 'api' });
    const outgoing = await span(traceId, { name: 'POST' });
    expect(outgoing).toMatchObject({ kind: 'client', parentSpanId: delivering.spanId });
    expect(outgoing.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 204,
      'server.address': 'localhost',
      'server.port': webhooks.port,
      'url.scheme': 'http',
    });
    expect(delivery?.headers['traceparent']).toBe(`00-${traceId}-${outgoing.spanId}-01`);
  });

  it('that is retried links to the submission, and still propagates the trace of its task', async () => {
    const { traceId, headers } = newTrace();
    webhooks.respond('/later', status(503));
    await api.submit({ text: 'a', callback_url: webhooks.url('/later') }, headers);
    const deliveries = await webhooks.arrived('/later', 2);
    const first = await span(traceId, { name: 'process webhooks' });
    const outgoing = await span(traceId, { name: 'POST' });
    expect([first.failed, outgoing.failed, outgoing.attributes['error.type']]).toEqual([true, true, '503']);
    const again = await linked('process webhooks', await span(traceId, { kind: 'producer' }));
    expect(again.traceId).not.toBe(traceId);
    expect(again.failed).toBe(false);
    for (const delivery of deliveries) expect(delivery.headers['traceparent']).toContain(traceId);
  });
});

describe('the attributes of all spans', () => {
  it('have names of the semantic conventions, or our own', () => {
    const names = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    const others = [...names].filter((name) => !/^primes\.|^load\.test$/.test(name));
    expect(others.length).toBeGreaterThan(15);
    for (const name of others) expect(Object.values(conventions)).toContain(name);
  });
});
