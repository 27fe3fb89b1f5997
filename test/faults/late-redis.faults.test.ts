import { ProblemSchema } from '@primes/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, freePort, startRedis, startService, type TestRedis } from '@primes/testing';

const SERVICES = [
  ['api', 'API_PORT'],
  ['worker', 'WORKER_PORT'],
  ['metrics-gateway', 'GATEWAY_PORT'],
] as const;

let redis: TestRedis;
let port: number;

beforeEach(async () => {
  redis = await startRedis();
  await redis.stop();
  port = await freePort();
});
afterEach(() => redis[Symbol.asyncDispose]());

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.json() };
}

describe.each(SERVICES)('the %s, started before its Redis', (service, variable) => {
  it('is alive and not ready until Redis is available, then serves', async () => {
    const starting = startService(service, { REDIS_URL: redis.url, [variable]: String(port) });
    const unready = await eventually(() => ask('/readyz'), { timeoutMs: 20_000 });
    expect(unready).toEqual({ status: 503, body: { status: 'not ready', checks: { redis: 'failing' } } });
    expect(await ask('/livez')).toEqual({ status: 200, body: { status: 'alive' } });
    // A 404 would mean that the task does not exist, and an EventSource gives up on any status except 200.
    const tasks = await fetch(`http://127.0.0.1:${port}/tasks`, { method: 'POST' });
    expect(tasks.headers.get('retry-after')).toBe('1');
    expect(ProblemSchema.parse(await tasks.json())).toMatchObject({
      status: 503,
      type: 'urn:primes:problem:redis_unavailable',
    });
    const events = await fetch(`http://127.0.0.1:${port}/tasks/1/events`, {
      headers: { accept: 'text/event-stream' },
    });
    expect({ status: events.status, body: await events.text() }).toEqual({
      status: 200,
      body: expect.stringMatching(/^retry: \d+\n\n$/),
    });
    await redis.start();
    await using process = await starting;
    await eventually(async () => {
      expect((await ask('/readyz')).status).toBe(200);
    });
    expect(process.logs.map(({ msg }) => msg).slice(0, 2)).toEqual(['waiting for redis', 'redis available']);
  });

  it('exits after REDIS_WAIT_MS, and logs why', async () => {
    const env = { REDIS_URL: redis.url, REDIS_WAIT_MS: '500', [variable]: String(port) };
    await expect(startService(service, env)).rejects.toThrow(
      /"msg":"Redis at 127\.0\.0\.1:\d+: connect ECONNREFUSED [^"]*; waited 0\.5 s"/,
    );
  });
});
