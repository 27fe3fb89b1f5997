import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { openSystem } from './system.ts';
import { watch } from './watch.ts';
import { noWorkers, workersReady } from './workers.ts';

const CANCELLED_WITHIN_MS = 1_000;

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
    const first = await system.submit({ n: 1_000 });
    expect((await system.ended(first)).status).toBe('done');
    await workersReady(1);
    await using replicas = await watch(['deployment', 'primes-worker'], '{.spec.replicas}');
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
});
