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
/** Longer than scaling in (10 s, and the autoscaler's 15 s) or to zero takes. */
const OBSERVED_MS = 30_000;

beforeAll(() => install(QUICK));

describe('DELETE of a running task', () => {
  it('makes its worker stop within a second', async () => {
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
    const start = Date.now();
    await fetch(`${system.api}/tasks/${task.request_id}`, { method: 'DELETE' });
    // Checks the job itself, not the response of the api.
    await eventually(async () => {
      expect(await (await system.job(task)).getState()).toBe('failed');
    });
    const took = Date.now() - start;
    figure('time to cancel a running task', seconds(took));
    expect((await system.view(task.request_id)).status).toBe('cancelled');
    expect(took).toBeLessThanOrEqual(CANCELLED_WITHIN_MS);
    await release();
  });
});

describe('a paused queue', () => {
  it('scales workers to zero, and back after resume', async () => {
    await using system = await openSystem();
    await noWorkers();
    const first = await system.submit({ n: 1_000 });
    expect((await system.ended(first)).status).toBe('done');
    await workersReady(1);
    await using replicas = await watchReplicas();
    await system.queue.pause();
    const paused = Date.now();
    const atZero = await replicas.first(paused, ([count]) => count === '0', 120_000);
    figure('time to zero workers of a paused queue', seconds(atZero.at - paused));
    const waiting = await system.submit({ n: 1_000 });
    await system.queue.resume();
    const resumed = Date.now();
    expect((await system.ended(waiting)).status).toBe('done');
    figure('time to done of a waiting task after resume', seconds(Date.now() - resumed));
  });

  it('keeps workers for waiting tasks, because the list triggers count them', async () => {
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
      `${WAITING / TARGET} idle workers, all still running after ${seconds(Date.now() - idle)}`,
    );
    await system.queue.resume();
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');
  });

  it('has no worker, even with waiting tasks, if KEDA uses only the gateway', async () => {
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
    figure('metrics-api: time to zero workers of a paused queue with a task', seconds(Date.now() - paused));
    await system.queue.resume();
    const resumed = Date.now();
    expect((await system.ended(waiting)).status).toBe('done');
    figure('metrics-api: time to done of that task after resume', seconds(Date.now() - resumed));
  });
});
