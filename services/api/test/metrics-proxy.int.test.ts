import type { RequestListener } from 'node:http';
import { METRICS_API, ProblemSchema, type MetricsCall, type MetricsHealth } from '@primes/contracts';
import { eventually, startHttpServer, startService, testRedisUrl, uniquePrefix } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const prefix = uniquePrefix();
const { gateway, api } = await setUp(async (keep) => {
  const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, STORE_PREFIX: prefix };
  const first = keep(await startService('metrics-gateway', env));
  return {
    gateway: first,
    api: keep(await startApi({ QUEUE_PREFIX: prefix, METRICS_GATEWAY_URL: first.url })),
  };
});

const CALLS = Object.keys(METRICS_API) as MetricsCall[];

describe('/api/metrics/', () => {
  it.each(CALLS)('%s is what the gateway says', async (call) => {
    const answer = await eventually(() => api.http('get', `/api/metrics/${call}`).expect(200));
    METRICS_API[call].parse(answer.body);
    await api.http('head', `/api/metrics/${call}`).expect(200);
  });

  it('tells of the tasks of this queue', async () => {
    await api.submit({ n: 5 });
    await eventually(async () => {
      const { body } = await api.http('get', '/api/metrics/task-stats').expect(200);
      expect(body).toMatchObject({ pending: 1, total: 1 });
    });
  });

  it('goes on under the same request and trace', async () => {
    const headers = { 'x-request-id': 'through-the-api' };
    const { headers: answered } = await api.send({ path: '/api/metrics/summary', headers });
    const trace = String(answered['traceparent']).split('-')[1];
    await eventually(() => {
      const lines = gateway.logs.filter((line) => line['request_id'] === 'through-the-api');
      expect(lines).toMatchObject([{ trace_id: trace }]);
    });
  });

  it('is 503 while the gateway misbehaves, and right again afterwards', async () => {
    const misbehaves: Record<string, RequestListener> = {
      'says nothing': () => undefined,
      'hangs up': (_req, res) => res.destroy(),
      'hangs up in mid-answer': (_req, res) =>
        res.writeHead(200, { 'content-length': 10 }).write('12345', () => res.destroy()),
      'sends elsewhere': (_req, res) => res.writeHead(302, { location: gateway.url }).end(),
    };
    let behaviour: RequestListener | undefined;
    const server = await startHttpServer((req, res) => behaviour?.(req, res));
    await using other = await startApi({
      METRICS_GATEWAY_URL: server.url,
      METRICS_GATEWAY_TIMEOUT_MS: '300',
    });

    async function expectAway(): Promise<void> {
      const answers = await Promise.all(CALLS.map((call) => other.send({ path: `/api/metrics/${call}` })));
      for (const { status, headers, body } of answers) {
        expect(status).toBe(503);
        expect(headers['retry-after']).toBe('2');
        expect(ProblemSchema.parse(JSON.parse(body)).type).toBe('urn:primes:problem:gateway_unavailable');
        expect(body).not.toContain('127.0.0.1');
      }
    }
    for (behaviour of Object.values(misbehaves)) await expectAway();
    const health: MetricsHealth = { status: 'unhealthy', redis: 'down', prometheus: 'disabled' };
    behaviour = (_req, res) =>
      res.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
    expect((await other.http('get', '/api/metrics/health').expect(503)).body).toEqual(health);
    await server[Symbol.asyncDispose]();
    await expectAway();
    await other.http('get', '/readyz').expect(200);
  });
});
