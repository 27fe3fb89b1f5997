import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { elapsed } from './elapsed.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { scale } from './kubectl.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import type { Watch } from './watch.ts';
import { noWorkers, watchReplicas, workersReady } from './workers.ts';

/** KEDA polls every 5 s. */
const DESIRED_WITHIN_MS = 10_000;
/** Longer than scaling to zero takes: the cooldown of 11 s and two polls. */
const OBSERVED_MS = 25_000;
/** Enough for several workers with four tasks each. */
const MANY = 20;

beforeAll(() => install(QUICK));
afterAll(() => scale('deployment/primes-metrics-gateway', 1));

/** An empty store, no worker, and then no gateway. */
async function withoutGateway({ storeRedis }: ClusterSystem): Promise<void> {
  await scale('deployment/primes-metrics-gateway', 1);
  await noWorkers();
  await storeRedis.flushall();
  await scale('deployment/primes-metrics-gateway', 0);
}

/** Submits a task while there is no worker, and returns the time when one was desired. */
async function startsWorker(system: ClusterSystem, replicas: Watch, priority: number) {
  const posted = Date.now();
  const task = await system.submit({ n: 1_000, priority });
  const desired = await replicas.first(posted, ([count]) => Number(count) > 0);
  figure(`without the gateway, priority ${priority}: time to a desired worker`, seconds(desired.at - posted));
  expect(desired.at - posted).toBeLessThanOrEqual(DESIRED_WITHIN_MS);
  return task;
}

describe('while the gateway is unavailable', () => {
  it('a task with a priority starts a worker', async () => {
    await using system = await openSystem();
    await withoutGateway(system);
    await using replicas = await watchReplicas();
    const task = await startsWorker(system, replicas, 5);
    expect((await system.ended(task)).status).toBe('done');
    expect((await system.job(task)).attemptsStarted).toBe(1);
  });

  it('a task starts a worker, which keeps running while it is busy', async () => {
    await using system = await openSystem();
    await withoutGateway(system);
    await using replicas = await watchReplicas();
    const release = await system.hold(0);
    const task = await startsWorker(system, replicas, 0);
    await eventually(
      async () => {
        expect(await system.queue.getActiveCount()).toBe(1);
      },
      { timeoutMs: 60_000 },
    );
    const busy = Date.now();
    await elapsed(busy, OBSERVED_MS);
    expect(replicas.changes.filter(({ at, values }) => at > busy && values[0] === '0')).toEqual([]);
    await release();
    expect((await system.ended(task)).status).toBe('done');
    expect((await system.job(task)).attemptsStarted).toBe(1);
  });

  it(`${MANY} tasks run on one worker, and on more once the gateway is available again`, async () => {
    await using system = await openSystem();
    await withoutGateway(system);
    await using replicas = await watchReplicas();
    // One worker has four of them, which wait; the others are small and queued.
    const release = await system.hold(0);
    const tasks = [];
    for (let i = 0; i < MANY; i++) tasks.push(await system.submit({ n: 1_000 }));
    await workersReady(1);
    const alone = Date.now();
    await elapsed(alone, OBSERVED_MS);
    const most = Math.max(...replicas.changes.map(({ values }) => Number(values[0])));
    await scale('deployment/primes-metrics-gateway', 1);
    const back = Date.now();
    const more = await replicas.first(back, ([count]) => Number(count) > 1, 120_000);
    figure(
      `without the gateway, ${MANY} tasks`,
      `${most} worker for ${seconds(OBSERVED_MS)}; the gateway back, more after ${seconds(more.at - back)}`,
    );
    await release();
    for (const task of tasks) {
      expect((await system.ended(task)).status).toBe('done');
      expect((await system.job(task)).attemptsMade).toBe(1);
    }
  });
});
