import type { RequestListener } from 'node:http';
import { ProblemSchema, type MetricsCall, type MetricsHealth } from '@primes/contracts';
import { eventually, startHttpServer, startService, testRedisUrl, uniquePrefix } from '@primes/testing';
import { METRICS_API } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const prefix = uniquePrefix();
const { gateway, api } = await setUp(async (keep) => {
  const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, STORE_PREFIX: prefix };
  const first = keep(await startService('metrics-gateway', env, { job: 'echo' }));
  return {
    gateway: first,
    api: keep(await startApi({ QUEUE_PREFIX: prefix, METRICS_GATEWAY_URL: first.url })),
  };
});

const CALLS = Object.keys(METRICS_API) as MetricsCall[];

describe('/api/metrics/', () => {
  it.each(CALLS)('returns %s of the gateway', async (call) => {
    const response = await eventually(() => api.http('get', `/api/metrics/${call}`).expect(200));
    METRICS_API[call].parse(response.body);
    await api.http('head', `/api/metrics/${call}`).expect(200);
  });

  it('counts the tasks of this queue', async () => {
    await api.submit({ text: 'a' });
    await eventually(async () => {
      const { body } = await api.http('get', '/api/metrics/task-stats').expect(200);
      expect(body).toMatchObject({ pending: 1, total: 1 });
    });
  });

  it('passes the request id and the trace to the gateway', async () => {
    const headers = { 'x-request-id': 'through-the-api' };
    const { headers: returned } = await api.send({ path: '/api/metrics/summary', headers });
    const trace = String(returned['traceparent']).split('-')[1];
    await eventually(() => {
      const lines = gateway.logs.filter((line) => line['request_id'] === 'through-the-api');
      expect(lines).toMatchObject([{ trace_id: trace }]);
    });
  });

  it('returns 503 while the gateway misbehaves, and passes its own 503 through', async () => {
    const misbehaves: Record<string, RequestListener> = {
      'does not respond': () => undefined,
      'closes the connection': (_req, res) => res.destroy(),
      'closes the connection during the response': (_req, res) =>
        res.writeHead(200, { 'content-length': 10 }).write('12345', () => res.destroy()),
      redirects: (_req, res) => res.writeHead(302, { location: gateway.url }).end(),
    };
    let behaviour: RequestListener | undefined;
    const server = await startHttpServer((req, res) => behaviour?.(req, res));
    await using other = await startApi({
      METRICS_GATEWAY_URL: server.url,
      METRICS_GATEWAY_TIMEOUT_MS: '300',
    });

    async function expectUnavailable(): Promise<void> {
      const responses = await Promise.all(CALLS.map((call) => other.send({ path: `/api/metrics/${call}` })));
      for (const { status, headers, body } of responses) {
        expect(status).toBe(503);
        expect(headers['retry-after']).toBe('2');
        expect(ProblemSchema.parse(JSON.parse(body)).type).toBe('urn:primes:problem:gateway_unavailable');
        expect(body).not.toContain('127.0.0.1');
      }
    }
    for (behaviour of Object.values(misbehaves)) await expectUnavailable();
    const health: MetricsHealth = { status: 'unhealthy', redis: 'down', prometheus: 'disabled' };
    behaviour = (_req, res) =>
      res.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
    expect((await other.http('get', '/api/metrics/health').expect(503)).body).toEqual(health);
    await server[Symbol.asyncDispose]();
    await expectUnavailable();
    await other.http('get', '/readyz').expect(200);
  });
});
