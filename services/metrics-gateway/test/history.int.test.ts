import { HISTORY, workerKey, workersKey } from '@primes/contracts';
import { eventually, startRedis, uniquePrefix } from '@primes/testing';
import { METRICS_API } from '@primes/testing/echo';
import { expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { historyKey } from '../src/samples/history.ts';
import { startGateway, type TestGateway } from './gateway.ts';

const INTERVAL_MS = HISTORY.intervalSeconds * 1_000;
const SLOW = { timeoutMs: 30_000 };

async function points({ app }: TestGateway, query = '') {
  const { body } = await request(app).get(`/api/metrics/history${query}`).expect(200);
  return METRICS_API.history.parse(body).points;
}

/** Entries of this long ago, as another gateway adds them. */
async function addEntries(redis: Redis, prefix: string, minutesAgo: readonly number[]): Promise<void> {
  const now = Date.now() - (Date.now() % INTERVAL_MS);
  for (const [i, minutes] of minutesAgo.entries()) {
    const state = ['depth', 5, 'demand', 4, 'inFlight', 3, 'workers', 2];
    const totals = ['submitted', 100 + 10 * i, 'ended', 50 + 5 * i, 'failed', i];
    await redis.xadd(historyKey(prefix), `${now - minutes * 60_000}-0`, ...state, ...totals);
  }
}

it('shows the state of the queue and what has changed, once for all gateways', async () => {
  await using first = await startGateway();
  const { tasks, redis, prefix } = first;
  await using second = await startGateway({ QUEUE_PREFIX: prefix });
  await redis.zadd(workersKey(prefix), 1, 'worker-a', 2, 'worker-lost');
  const report = { instance: 'worker-a', version: '1', since: new Date().toISOString(), concurrency: 1 };
  const work = { running: [], last_fetch_age_seconds: 0, memory_bytes: 1 };
  await redis.set(workerKey(prefix, 'worker-a'), JSON.stringify({ ...report, ...work }));
  await eventually(async () => {
    expect(await points(first)).not.toEqual([]);
  }, SLOW);
  await tasks.add('compute', {});
  await tasks.add('compute', {}, { delay: 3_600_000 });
  await redis.hset(tasks.toKey('metrics:completed'), 'count', 40);
  await redis.hset(tasks.toKey('metrics:failed'), 'count', 2);
  await eventually(async () => {
    expect((await points(first)).filter((point) => point.started > 0)).toMatchObject([
      { depth: 2, demand: 1, in_flight: 0, workers: 1, started: 44, ended: 42, failed: 2 },
    ]);
  }, SLOW);
  await eventually(async () => {
    expect(await points(second)).toEqual(await points(first));
  }, SLOW);
  const ids = (await redis.xrange(historyKey(prefix), '-', '+')).map(([id]) => id);
  expect(new Set(ids.map((id) => Number.parseInt(id) % INTERVAL_MS))).toEqual(new Set([0]));
  // Retried tasks have not failed, and nothing is negative.
  await redis.hset(tasks.toKey('metrics:failed'), 'count', 0);
  await eventually(async () => {
    expect((await points(first)).length).toBeGreaterThan(ids.length + 1);
  }, SLOW);
}, 120_000);

it('continues what other gateways have stored, for at most half an hour', async () => {
  const prefix = uniquePrefix();
  await using other = await startGateway();
  await addEntries(other.redis, prefix, [31, 29, 10, 5]);
  await other.redis.xadd(historyKey(prefix), '*', 'of', 'another version');
  await using reader = await startGateway({ QUEUE_PREFIX: prefix });
  const old = async (query = '') => (await points(reader, query)).filter((point) => point.workers === 2);
  await eventually(async () => {
    expect(await old()).toMatchObject([
      { depth: 5, demand: 4, in_flight: 3, started: 10, ended: 5, failed: 1 },
      { started: 10 },
      { started: 10 },
    ]);
  }, SLOW);
  expect(await old('?minutes=30')).toHaveLength(3);
  expect(await old('?minutes=11')).toHaveLength(2);
  expect(await old('?minutes=1')).toHaveLength(0);
}, 60_000);

it('survives the loss of Redis and of its data', async () => {
  await using redis = await startRedis();
  await using gateway = await startGateway({ REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '1000' });
  await eventually(async () => {
    expect(await points(gateway)).not.toEqual([]);
  }, SLOW);
  const before = await points(gateway);
  await redis.stop();
  await redis.start();
  await eventually(async () => {
    const after = await points(gateway);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.slice(0, before.length)).toEqual(before);
  }, SLOW);
}, 120_000);

it.each(['?minutes=0', '?minutes=31', '?minutes=x', '?minutes=1&minutes=2', '?other=1'])(
  'rejects %s with 422',
  async (query) => {
    await using gateway = await startGateway();
    await request(gateway.app).get(`/api/metrics/history${query}`).expect(422);
  },
);
