import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ProblemSchema, TaskSummarySchema } from '@primes/contracts';
import { NTH_PRIME, eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { openSystem, type ClusterSystem } from './system.ts';

const SIZES = [1_000, 100_000, 1_000_000, 10_000_000];
const CLIENTS = 3;
/** A client's own pace. */
const PAUSE_MS = 50;

beforeAll(() => install(QUICK));

/** Clients that submit one task after the other until they are told to stop. */
function load(system: ClusterSystem) {
  const accepted: { id: string; at: number }[] = [];
  const refusals: { status: number; type: string; at: number }[] = [];
  const stop = new AbortController();

  async function client(): Promise<void> {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const response = await system.post({ n: SIZES[turn % SIZES.length], priority: turn % 3 });
      const body: unknown = await response.json();
      const at = Date.now();
      if (response.status === 202) accepted.push({ id: TaskSummarySchema.parse(body).request_id, at });
      else refusals.push({ status: response.status, type: ProblemSchema.parse(body).type, at });
      await delay(PAUSE_MS);
    }
  }
  const running = Promise.all(Array.from({ length: CLIENTS }, client));
  return {
    accepted,
    refusals,
    async moreThan(count: number): Promise<void> {
      const before = accepted.length;
      await eventually(
        () => {
          expect(accepted.length).toBeGreaterThan(before + count);
        },
        { timeoutMs: 120_000 },
      );
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

describe("the queue's Redis, deleted under load", () => {
  it('costs no acknowledged task: 503 in between, then all goes on', async () => {
    await using system = await openSystem();
    const clients = load(system);
    await clients.moreThan(50);
    await kubectl(['delete', 'pod', 'primes-redis-queue-0'], { timeoutMs: 120_000 });
    await eventually(
      () => {
        expect(clients.refusals.length).toBeGreaterThan(0);
      },
      { timeoutMs: 60_000 },
    );
    const lastRefusal = () => clients.refusals.at(-1)?.at ?? 0;
    await eventually(
      () => {
        expect(clients.accepted.filter(({ at }) => at > lastRefusal()).length).toBeGreaterThan(50);
      },
      { timeoutMs: 120_000 },
    );
    await clients.stop();

    const lost: string[] = [];
    for (const { id } of clients.accepted) {
      const { status } = await system.ended({ request_id: id }, 120_000);
      if (status !== 'done') lost.push(`${id}: ${status}`);
    }
    const { accepted, refusals } = clients;
    const away = lastRefusal() - (refusals[0]?.at ?? 0);
    figure(
      'Redis deleted under load',
      `503 for ${seconds(away)} (${refusals.length} requests), ${accepted.length} accepted, ${lost.length} lost`,
    );
    expect(lost).toEqual([]);
    const kinds = new Set(refusals.map(({ status, type }) => `${status} ${type}`));
    expect([...kinds]).toEqual(['503 urn:primes:problem:redis_unavailable']);
  });
});

describe("the store's Redis, deleted", () => {
  it('costs nothing but the computing of what is asked for again', async () => {
    await using system = await openSystem();
    const task = await system.submit({ n: 1_000_000 });
    expect((await system.ended(task)).status).toBe('done');
    await kubectl(['delete', 'pod', 'primes-redis-store-0'], { timeoutMs: 120_000 });
    const asked = Date.now();
    const result = await eventually(
      async () => (await system.view(task.request_id, 'offset=999999')).result,
      { timeoutMs: 120_000, intervalMs: 100 },
    );
    expect(result).toEqual([NTH_PRIME.get(1_000_000)]);
    figure('a result whose store was deleted can be read again after', seconds(Date.now() - asked));
  });
});
