import { status } from '@grpc/grpc-js';
import { ProblemSchema, type MetricsCall } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { METRICS_API } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { healthClient, scalerClient } from './clients.ts';
import { startGateway } from './gateway.ts';

const CALLS = Object.keys(METRICS_API) as MetricsCall[];

describe('an outage of Redis', () => {
  it('does not prevent the gateway from closing', async () => {
    await using redis = await startRedis();
    await using gateway = await startGateway({ REDIS_URL: redis.url });
    await eventually(() => request(gateway.app).get('/api/metrics/summary').expect(200));
    await redis.stop('SIGKILL');
    await eventually(() => {
      expect(gateway.logged('sampling failed').length).toBeGreaterThan(0);
    });
    await gateway.scaler.close();
    await gateway.samplers.close();
  });

  it('returns errors instead of old values or 0, and recovers', async () => {
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

    const rejected = { code: status.UNAVAILABLE };
    await eventually(() => expect(scaler.isActive()).rejects.toMatchObject(rejected));
    await expect(scaler.getMetrics()).rejects.toMatchObject(rejected);
    // It needs no sample, so that KEDA can keep managing the HPA.
    await scaler.getMetricSpec();
    await eventually(async () => {
      expect(await health.check()).toBe('NOT_SERVING');
    });
    // The registries are read less often, so they are stale only after 15 seconds. The history has no points for the outage.
    const live = CALLS.filter((other) => !['health', 'performance', 'history'].includes(other));
    for (const call of live) {
      await eventually(
        async () => {
          const response = await request(app)
            .get(`/api/metrics/${call}`)
            .expect(503)
            .expect('Retry-After', '1');
          expect(ProblemSchema.parse(JSON.parse(response.text)).type).toBe('urn:primes:problem:sample_stale');
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
    expect(text).not.toMatch(/^echo_queue_(jobs|demand|oldest)/m);
    expect(text).toMatch(/^echo_sample_failures_total\{sample="queue",.*\} \d+/m);

    const received = stream.messages.length;
    await redis.start();
    await eventually(
      async () => {
        expect(await scaler.isActive()).toEqual({ result: true });
        expect(await health.check()).toBe('SERVING');
        for (const call of CALLS) {
          const response = await request(app).get(`/api/metrics/${call}`).expect(200);
          METRICS_API[call].parse(response.body);
        }
      },
      { timeoutMs: 20_000 },
    );
    // The stream that was open during the outage continues.
    await eventually(() => {
      expect(stream.messages.slice(received)).toContain(true);
    });
    stream.cancel();
    await stream.ended;
    const ofQueue = expect.objectContaining({ sample: 'queue' });
    expect(logged('sampling failed').filter((line) => ofQueue.asymmetricMatch(line))).toHaveLength(1);
    expect(logged('sampling restored').filter((line) => ofQueue.asymmetricMatch(line))).toHaveLength(1);
  });
});
