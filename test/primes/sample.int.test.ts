import { METRICS_API, primes } from '@primes/primes';
import { sampleSource } from '@primes/primes/sample';
import { StoreKeys } from '@primes/prime-store';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startGateway, type Sampled } from '../../services/metrics-gateway/test/gateway.ts';

const PRIMES = { type: primes, sampleSource } as Sampled;

describe('the sample of the store', () => {
  it('contains the state of the store', async () => {
    await using gateway = await startGateway({}, PRIMES);
    const { app, redis, prefix } = gateway;
    // Segment 1 is missing, so later segments are not readable.
    await redis.hset(new StoreKeys(prefix).manifest, { 0: 1_000, 2: 900 });
    await eventually(async () => {
      const { body } = await request(app).get('/api/metrics/summary').expect(200);
      expect(METRICS_API.summary.parse(body)).toMatchObject({
        largest_n: 1_003,
        cached_primes: 1_003,
        cached_segments: 2,
      });
    });
  });

  it("is missing while the store's Redis is unavailable; other fields are returned", async () => {
    await using store = await startRedis();
    await using gateway = await startGateway({ STORE_REDIS_URL: store.url }, PRIMES);
    const { app } = gateway;
    const ask = (call: string) => request(app).get(`/api/metrics/${call}`);
    await eventually(() => ask('all').expect(200));
    await store.stop();
    for (const call of ['summary', 'all']) {
      await eventually(
        async () => {
          expect((await ask(call).expect(503)).text).toContain('urn:primes:problem:sample_stale');
        },
        { timeoutMs: 10_000 },
      );
    }
    for (const call of ['task-stats', 'cache-stats', 'redis-stats']) await ask(call).expect(200);
    await store.start();
    await eventually(() => ask('summary').expect(200), { timeoutMs: 10_000 });
  });
});
