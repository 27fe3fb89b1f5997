import { status } from '@grpc/grpc-js';
import { METRICS_API, ProblemSchema, type MetricsCall } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { healthClient, scalerClient } from './clients.ts';
import { startGateway } from './gateway.ts';

// Above the time that eventually() takes to say what it waited for.
jest.setTimeout(60_000);

const CALLS = Object.keys(METRICS_API) as MetricsCall[];

describe('an outage of Redis', () => {
  it('does not keep the gateway from closing', async () => {
    await using redis = await startRedis();
    await using gateway = await startGateway({ REDIS_URL: redis.url });
    await eventually(() => request(gateway.app).get('/api/metrics/summary').expect(200));
    await redis.stop('SIGKILL');
    await eventually(() => {
      expect(gateway.logged('sampling fails').length).toBeGreaterThan(0);
    });
    await gateway.scaler.close();
    await gateway.samplers.close();
  });

  it('is told as not knowing, never as an old number or 0, and ends by itself', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using gateway = await startGateway({ REDIS_URL: redis.url });
    const { app, tasks, logged, registry } = gateway;
    using scaler = scalerClient(gateway.scaler.port);
    using health = healthClient(gateway.scaler.port);
    const stream = scaler.streamIsActive();

    await tasks.add('compute', {});
    await eventually(async () => {
      expect((await scaler.getMetrics()).metricValues[0]?.metricValue).toBe(1);
      await request(app).get('/api/metrics/all').expect(200);
    });
    await redis.stop();

    const refused = { code: status.UNAVAILABLE };
    await eventually(() => expect(scaler.isActive()).rejects.toMatchObject(refused));
    await expect(scaler.getMetrics()).rejects.toMatchObject(refused);
    // It needs no sample, so that KEDA can go on managing the HPA.
    await scaler.getMetricSpec();
    await eventually(async () => {
      expect(await health.check()).toBe('NOT_SERVING');
    });
    // The registries are no different, but are read so seldom that they take 15 seconds to be stale.
    for (const call of CALLS.filter((other) => other !== 'health' && other !== 'performance')) {
      await eventually(
        async () => {
          const answer = await request(app)
            .get(`/api/metrics/${call}`)
            .expect(503)
            .expect('Retry-After', '1');
          expect(ProblemSchema.parse(JSON.parse(answer.text)).type).toBe('urn:primes:problem:sample_stale');
        },
        { timeoutMs: 20_000 },
      );
    }
    const unhealthy = await request(app).get('/api/metrics/health').expect(503);
    expect(METRICS_API.health.parse(unhealthy.body)).toEqual({
      status: 'unhealthy',
      redis: 'down',
      prometheus: 'disabled',
    });
    const ready = await request(app).get('/readyz').expect(200);
    expect(ready.body).toEqual({ status: 'ready', checks: { redis: 'failing' } });
    const text = await registry.metrics();
    expect(text).not.toMatch(/^prime_queue_(jobs|demand|oldest)/m);
    expect(text).toMatch(/^prime_sample_failures_total\{sample="queue",.*\} \d+/m);

    const said = stream.said.length;
    await redis.start();
    await eventually(
      async () => {
        expect(await scaler.isActive()).toEqual({ result: true });
        expect(await health.check()).toBe('SERVING');
        for (const call of CALLS) {
          const answer = await request(app).get(`/api/metrics/${call}`).expect(200);
          METRICS_API[call].parse(answer.body);
        }
      },
      { timeoutMs: 20_000 },
    );
    // The stream that was open all the time goes on.
    await eventually(() => {
      expect(stream.said.slice(said)).toContain(true);
    });
    stream.cancel();
    await stream.ended;
    const ofQueue = expect.objectContaining({ sample: 'queue' });
    expect(logged('sampling fails').filter((line) => ofQueue.asymmetricMatch(line))).toHaveLength(1);
    expect(logged('sampling works again').filter((line) => ofQueue.asymmetricMatch(line))).toHaveLength(1);
  });
});
