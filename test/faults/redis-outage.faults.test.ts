import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { load } from '../support/load.ts';
import { HOLD, messages, startSystem } from '../support/system.ts';

/** From a task that ends at once to one that spans an outage. */
const INPUTS = [0, 1, 10, 30, 50, 80].map((steps) => ({ text: 'a', steps: steps + 1, step_ms: steps && 10 }));

describe('Redis, stopped and started again under load', () => {
  it('loses no acknowledged task, and everything recovers without a restart', async () => {
    await using system = await startSystem();
    const workers = await system.startWorkers(2);
    const long = await system.submit({ text: 'long', steps: 100, step_ms: 100 });
    const clients = load(system, { clients: 3, inputs: INPUTS, pauseMs: 20 });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const before = clients.accepted.length;
      await eventually(
        () => {
          expect(clients.accepted.length).toBeGreaterThan(before + 30);
        },
        { timeoutMs: 30_000 },
      );
      const rejected = clients.rejections.length;
      await system.redisServer.stop(signal);
      await eventually(
        () => {
          expect(clients.rejections.length).toBeGreaterThan(rejected + 5);
        },
        { timeoutMs: 30_000 },
      );
      await system.redisServer.start();
    }
    const before = clients.accepted.length;
    await eventually(
      () => {
        expect(clients.accepted.length).toBeGreaterThan(before + 30);
      },
      { timeoutMs: 30_000 },
    );
    await clients.stop();

    // Some results were lost with the connection; those tasks are recovered as stalled.
    const lost: string[] = [];
    for (const task of [long, ...clients.accepted]) {
      const { status } = await system.ended(task);
      if (status !== 'done') lost.push(`${task.request_id}: ${status}`);
    }
    expect(lost).toEqual([]);
    const expected = { status: 503, retryAfter: '1', type: 'urn:primes:problem:redis_unavailable' };
    expect(clients.rejections).toEqual(clients.rejections.map(({ at }) => ({ ...expected, at })));

    for (const process of [system.api, ...workers]) {
      const ready = await fetch(`${process.url}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
      await eventually(() => {
        const logged = process.logs.map(({ msg }) => msg);
        expect(logged).toEqual(
          expect.arrayContaining(['redis connection lost', 'redis connection restored']),
        );
        expect(logged).not.toContain('stopping');
      });
    }
  });
});

describe('SIGTERM to a worker while Redis is unavailable', () => {
  it('stops it within its deadline, idle or busy, and another worker does its task after Redis recovers', async () => {
    await using system = await startSystem();
    const env = { SHUTDOWN_DEADLINE_MS: '3000' };
    const busy = await system.start('worker', env);
    const task = await system.submit({ text: 'a', hold: HOLD });
    await eventually(() => {
      expect(messages(busy, task)).toEqual(['task started']);
    });
    const idle = await system.start('worker', env);
    await system.redisServer.stop('SIGKILL');
    busy.kill('SIGTERM');
    idle.kill('SIGTERM');
    // 1 would mean that a shutdown step failed; null, that it was killed.
    expect([0, 1]).toContain(await idle.exited);
    expect([0, 1]).toContain(await busy.exited);
    await system.redisServer.start();
    await system.release();
    const other = await system.start('worker');
    expect((await system.ended(task)).status).toBe('done');
    await eventually(() => {
      expect(messages(other, task)).toEqual(['task started', 'task completed']);
    });
  });
});
