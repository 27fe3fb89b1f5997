import { ProblemSchema, countersKey, type MetricsCall } from '@primes/contracts';
import { registryIndexKey, registryKey } from '@primes/service-kit';
import { eventually, startHttpServer } from '@primes/testing';
import { METRICS_API } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { Counter, Registry } from 'prom-client';
import request from 'supertest';
import { startGateway, type TestGateway } from './gateway.ts';

/** Gets a call and parses the response with the schema of the contract. */
async function get<C extends MetricsCall>({ app }: TestGateway, call: C) {
  const response = await request(app).get(`/api/metrics/${call}`).expect(200);
  return METRICS_API[call].parse(response.body) as ReturnType<(typeof METRICS_API)[C]['parse']>;
}

describe('the JSON metrics API', () => {
  it('returns the numbers of waiting, running, delayed and ended tasks', async () => {
    await using gateway = await startGateway();
    const { tasks, redis, prefix } = gateway;
    const running = Promise.withResolvers<undefined>();
    await tasks.add('compute', {});
    await using closing = new AsyncDisposableStack();
    const worker = new Worker(tasks.name, () => running.promise, {
      connection: redis,
      prefix,
      concurrency: 1,
    });
    closing.defer(() => worker.close());
    await eventually(async () => {
      expect(await get(gateway, 'task-stats')).toMatchObject({ pending: 0, processing: 1 });
    });

    const hour = 3_600_000;
    await tasks.add('compute', {});
    await tasks.add('compute', {}, { timestamp: Date.now() - hour });
    await tasks.add('compute', {}, { priority: 7 });
    await tasks.add('compute', {}, { delay: hour });
    // Counters of earlier versions are included; `started` needs no counter.
    const earlier = { started: 10, completed: 4, failed: 1, cancelled: 2 };
    await redis.hset(countersKey(prefix), { ...earlier, cache_hits: 3, cache_misses: 1 });
    await redis.hset(tasks.toKey('metrics:completed'), 'count', 40);
    await redis.hset(tasks.toKey('metrics:cancelled'), 'count', 20);
    await redis.hset(tasks.toKey('metrics:repairs'), 'count', 1_000);
    await eventually(async () => {
      expect(await get(gateway, 'task-stats')).toMatchObject({
        pending: 4,
        processing: 1,
        done: 44,
        failed: 1,
        cancelled: 22,
        total: 72,
      });
    });
    expect(await get(gateway, 'summary')).toMatchObject({
      active_tasks: 1,
      queued_tasks: 4,
      demand: 3,
      demand_and_in_flight: 4,
      paused: false,
    });
    expect(await get(gateway, 'cache-stats')).toMatchObject({
      hits: 3,
      misses: 1,
      hit_rate_percent: 75,
      miss_rate_percent: 25,
    });

    await tasks.pause();
    await eventually(async () => {
      expect(await get(gateway, 'summary')).toMatchObject({
        demand: 0,
        demand_and_in_flight: 1,
        paused: true,
        active_tasks: 1,
      });
    });
    running.resolve(undefined);
    await eventually(async () => {
      expect(await get(gateway, 'summary')).toMatchObject({ active_tasks: 0, queued_tasks: 4 });
    });
    expect(await metric(gateway, 'echo_queue_jobs')).toEqual({
      waiting: 2,
      prioritized: 1,
      delayed: 1,
      due_delayed: 0,
      active: 0,
      completed: 1,
      failed: 0,
    });
  });

  it('returns the age of the next task', async () => {
    await using gateway = await startGateway();
    const { tasks } = gateway;
    const age = async () => (await get(gateway, 'summary')).oldest_waiting_seconds;
    await eventually(async () => {
      expect(await age()).toBe(0);
    });
    const minute = 60_000;
    await tasks.add('compute', {}, { timestamp: Date.now() - minute });
    await tasks.add('compute', {});
    await eventually(async () => {
      expect(await age()).toBeGreaterThanOrEqual(60);
    });
    await tasks.add('compute', {}, { timestamp: Date.now() - 2 * minute, priority: 1 });
    await eventually(async () => {
      expect(await age()).toBeGreaterThanOrEqual(120);
    });
  });

  it("returns the state of the queue's Redis", async () => {
    await using gateway = await startGateway();
    const stats = await eventually(() => get(gateway, 'redis-stats'));
    expect(stats).toMatchObject({ connected: true, version: expect.stringMatching(/^\d+\.\d+/) });
    expect(stats.used_memory_bytes).toBeGreaterThan(100_000);
    expect(stats.keys).toBeGreaterThan(0);
  });

  it('sums the registries of all processes and removes expired ones', async () => {
    await using gateway = await startGateway();
    const { redis, prefix } = gateway;
    for (const [instance, service, tasks] of [
      ['api-1', 'api', 2],
      ['api-2', 'api', 3],
      ['worker-1', 'worker', 7],
    ] as const) {
      await redis.set(registryKey(prefix, instance), await registryOf(service, tasks));
      // Their clocks may be wrong.
      await redis.zadd(registryIndexKey(prefix), 0, instance);
    }
    await redis.zadd(registryIndexKey(prefix), Date.now(), 'expired');

    await eventually(
      async () => {
        const { processes, metrics } = await get(gateway, 'performance');
        expect(processes).toBe(3);
        expect(metrics).toEqual([
          {
            name: 'tasks_total',
            help: 'Tasks',
            type: 'counter',
            values: [
              { name: 'tasks_total', labels: { service: 'api' }, value: 5 },
              { name: 'tasks_total', labels: { service: 'worker' }, value: 7 },
            ],
          },
        ]);
      },
      { timeoutMs: 60_000 },
    );
    expect(await redis.zscore(registryIndexKey(prefix), 'gone')).toBeNull();
  });

  it('returns everything in one call', async () => {
    await using gateway = await startGateway();
    const all = await eventually(() => get(gateway, 'all'));
    expect(all.health).toEqual({ status: 'healthy', redis: 'up', prometheus: 'disabled' });
    expect(all.task_stats).toMatchObject({ total: 0, sample_age_seconds: expect.any(Number) });
  });

  it('reports the health of Prometheus from a periodic check', async () => {
    const asked: (string | undefined)[] = [];
    const prometheus = await startHttpServer((req, res) => {
      asked.push(req.url);
      res.end('OK');
    });
    await using gateway = await startGateway({
      PROMETHEUS_URL: `${prometheus.url}/select/0/prometheus`,
    });
    const { app } = gateway;
    await eventually(async () => {
      const { body } = await request(app).get('/api/metrics/health').expect(200);
      expect(body).toEqual({ status: 'healthy', redis: 'up', prometheus: 'up' });
    });
    expect(asked).toEqual(['/select/0/prometheus/-/healthy']);

    await prometheus[Symbol.asyncDispose]();
    await eventually(
      async () => {
        const { body } = await request(app).get('/api/metrics/health').expect(503);
        expect(body).toEqual({ status: 'unhealthy', redis: 'up', prometheus: 'down' });
      },
      { timeoutMs: 60_000 },
    );
  });

  it('supports HEAD and OPTIONS, rejects other methods, and returns the request id', async () => {
    await using gateway = await startGateway();
    const { app } = gateway;
    await eventually(() => get(gateway, 'all'));
    for (const path of [...Object.keys(METRICS_API).map((call) => `/api/metrics/${call}`), '/livez']) {
      const rejected = await request(app).post(path).expect(405).expect('Allow', 'GET, HEAD, OPTIONS');
      expect(rejected.type).toBe('application/problem+json');
      expect(ProblemSchema.parse(JSON.parse(rejected.text)).type).toBe(
        'urn:primes:problem:method_not_allowed',
      );
      await request(app).head(path).expect(200);
    }
    await request(app).options('/api/metrics/all').expect(204).expect('Allow', 'GET, HEAD, OPTIONS');
    const unknown = await request(app)
      .get('/api/metrics/nothing')
      .set('X-Request-Id', 'mine')
      .set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
      .expect(404)
      .expect('X-Request-Id', 'mine');
    expect(ProblemSchema.parse(JSON.parse(unknown.text))).toMatchObject({
      request_id: 'mine',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
    });
  });
});

async function registryOf(service: string, tasks: number): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  new Counter({ name: 'tasks_total', help: 'Tasks', registers: [registry] }).inc(tasks);
  return JSON.stringify(await registry.getMetricsAsJSON());
}

/** The gauge's series by the value of their only label. */
async function metric({ registry }: TestGateway, name: string): Promise<Record<string, number>> {
  const found = (await registry.getMetricsAsJSON()).find((other) => other.name === name);
  return Object.fromEntries((found?.values ?? []).map(({ labels: { state = '' }, value }) => [state, value]));
}
