import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { load } from '../support/load.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { openSystem } from './system.ts';

const LOAD = { clients: 3, inputs: [1_000, 100_000, 1_000_000, 10_000_000].map((n) => ({ n })), pauseMs: 50 };

beforeAll(() => install(QUICK));

describe("the queue's Redis, deleted under load", () => {
  it('loses no acknowledged task: the api answers 503 meanwhile, then everything recovers', async () => {
    await using system = await openSystem();
    const clients = load(system, LOAD);
    await eventually(
      () => {
        expect(clients.accepted.length).toBeGreaterThan(50);
      },
      { timeoutMs: 120_000 },
    );
    await kubectl(['delete', 'pod', 'primes-redis-queue-0'], { timeoutMs: 120_000 });
    await eventually(
      () => {
        expect(clients.rejections.length).toBeGreaterThan(0);
      },
      { timeoutMs: 60_000 },
    );
    const lastRejection = () => clients.rejections.at(-1)?.at ?? 0;
    await eventually(
      () => {
        expect(clients.accepted.filter(({ at }) => at > lastRejection()).length).toBeGreaterThan(50);
      },
      { timeoutMs: 120_000 },
    );
    await clients.stop();

    const lost: string[] = [];
    for (const task of clients.accepted) {
      const { status } = await system.ended(task, 120_000);
      if (status !== 'done') lost.push(`${task.request_id}: ${status}`);
    }
    const { accepted, rejections } = clients;
    const outage = lastRejection() - (rejections[0]?.at ?? 0);
    figure(
      'Redis deleted under load',
      `503 for ${seconds(outage)} (${rejections.length} requests), ${accepted.length} accepted, ${lost.length} lost`,
    );
    expect(lost).toEqual([]);
    const kinds = new Set(rejections.map(({ status, type }) => `${status} ${type}`));
    expect([...kinds]).toEqual(['503 urn:primes:problem:redis_unavailable']);
  });
});

describe("the store's Redis, deleted", () => {
  it('only makes workers compute results again', async () => {
    await using system = await openSystem();
    const task = await system.submit({ n: 1_000_000 });
    expect((await system.ended(task)).status).toBe('done');
    await kubectl(['delete', 'pod', 'primes-redis-store-0'], { timeoutMs: 120_000 });
    const start = Date.now();
    const result = await eventually(
      async () => (await system.view(task.request_id, 'offset=999999')).result,
      { timeoutMs: 120_000, intervalMs: 100 },
    );
    expect(result).toEqual([NTH_PRIME.get(1_000_000)]);
    figure('result readable again after its store was deleted', seconds(Date.now() - start));
  });
});
