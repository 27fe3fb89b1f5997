import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { elapsed } from './elapsed.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { openSystem } from './system.ts';
import { noWorkers, watchReplicas, workersReady } from './workers.ts';

const CANCELLED_WITHIN_MS = 1_000;
/** Of each worker: `scaling.target`. */
const TARGET = 4;
const WAITING = 2 * TARGET;
/** Longer than it takes to scale in (10 s, and the autoscaler's own 15 s) or to zero. */
const OBSERVED_MS = 30_000;

beforeAll(() => install(QUICK));

describe('DELETE of a task that a worker has', () => {
  it('ends it there within a second', async () => {
    await using system = await openSystem();
    await noWorkers();
    await system.storeRedis.flushall();
    const release = await system.hold(0);
    const task = await system.submit({ n: 1_000 });
    await eventually(
      async () => {
        expect(await system.queue.getActiveCount()).toBe(1);
      },
      { timeoutMs: 60_000 },
    );
    const asked = Date.now();
    await fetch(`${system.api}/tasks/${task.request_id}`, { method: 'DELETE' });
    // Not what the api says, but that the worker has let go.
    await eventually(async () => {
      expect(await (await system.job(task)).getState()).toBe('failed');
    });
    const took = Date.now() - asked;
    figure('a running task is cancelled within', seconds(took));
    expect((await system.view(task.request_id)).status).toBe('cancelled');
    expect(took).toBeLessThanOrEqual(CANCELLED_WITHIN_MS);
    await release();
  });
});

describe('a paused queue', () => {
  it('lets workers go to zero, and they come back', async () => {
    await using system = await openSystem();
    await noWorkers();
    const first = await system.submit({ n: 1_000 });
    expect((await system.ended(first)).status).toBe('done');
    await workersReady(1);
    await using replicas = await watchReplicas();
    await system.queue.pause();
    const paused = Date.now();
    const gone = await replicas.first(paused, ([count]) => count === '0', 120_000);
    figure('a paused queue has no worker after', seconds(gone.at - paused));
    const waiting = await system.submit({ n: 1_000 });
    await system.queue.resume();
    const resumed = Date.now();
    expect((await system.ended(waiting)).status).toBe('done');
    figure('resumed, a waiting task is done after', seconds(Date.now() - resumed));
  });

  it('keeps workers for what waits in it, which the lists count and the gateway does not', async () => {
    await using system = await openSystem();
    await noWorkers();
    await system.queue.pause();
    await using replicas = await watchReplicas();
    const tasks = [];
    for (let i = 0; i < WAITING; i++) tasks.push(await system.submit({ n: 1_000 }));
    await workersReady(WAITING / TARGET);
    const idle = Date.now();
    await elapsed(idle, OBSERVED_MS);
    const others = replicas.changes.filter(({ values }) => values[0] !== String(WAITING / TARGET));
    expect(others.filter(({ at }) => at > idle)).toEqual([]);
    const summary = await fetch(`${system.api}/api/metrics/summary`);
    expect(await summary.json()).toMatchObject({ demand: 0 });
    figure(
      `a paused queue with ${WAITING} tasks`,
      `${WAITING / TARGET} idle workers, all of them still there ${seconds(Date.now() - idle)} later`,
    );
    await system.queue.resume();
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');
  });

  it('has no worker, whatever waits in it, where the gateway alone is asked', async () => {
    await install(QUICK, { scaling: { trigger: 'metrics-api' } });
    await using system = await openSystem();
    await noWorkers();
    const first = await system.submit({ n: 1_000 });
    expect((await system.ended(first)).status).toBe('done');
    await workersReady(1);
    await system.queue.pause();
    const waiting = await system.submit({ n: 1_000 });
    const paused = Date.now();
    await noWorkers();
    figure('by metrics-api, a paused queue with a task has no worker after', seconds(Date.now() - paused));
    await system.queue.resume();
    const resumed = Date.now();
    expect((await system.ended(waiting)).status).toBe('done');
    figure('… resumed, that task is done after', seconds(Date.now() - resumed));
  });
});
