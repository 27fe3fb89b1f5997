import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { load } from '../support/load.ts';
import { messages, startSystem } from './system.ts';

jest.setTimeout(180_000);

const SIZES = [1_000, 100_000, 1_000_000, 3_000_000, 5_000_000, 8_000_000];

describe('Redis, stopped and started again under load', () => {
  it('costs no acknowledged task, and everything recovers by itself', async () => {
    await using system = await startSystem();
    const workers = await system.startWorkers(2);
    const long = await system.submit({ n: 50_000_000 });
    const clients = load(system, { clients: 3, sizes: SIZES, pauseMs: 20 });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const before = clients.accepted.length;
      await eventually(
        () => {
          expect(clients.accepted.length).toBeGreaterThan(before + 30);
        },
        { timeoutMs: 30_000 },
      );
      const refused = clients.refusals.length;
      await system.redisServer.stop(signal);
      await eventually(
        () => {
          expect(clients.refusals.length).toBeGreaterThan(refused + 5);
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

    // Some had their worker's word cut off; those are found as stalled.
    const lost: string[] = [];
    for (const task of [long, ...clients.accepted]) {
      const { status } = await system.ended(task);
      if (status !== 'done') lost.push(`${task.request_id}: ${status}`);
    }
    expect(lost).toEqual([]);
    const expected = { status: 503, retryAfter: '1', type: 'urn:primes:problem:redis_unavailable' };
    expect(clients.refusals).toEqual(clients.refusals.map(({ at }) => ({ ...expected, at })));

    for (const process of [system.api, ...workers]) {
      const ready = await fetch(`${process.url}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
      const told = process.logs.map(({ msg }) => msg);
      expect(told).toContain('redis is away');
      expect(told).toContain('redis is back');
      expect(told).not.toContain('stopping');
    }
  });
});

describe('SIGTERM to a worker while Redis is away', () => {
  it('ends it within its deadline, idle or busy, and its task is done by another once Redis is back', async () => {
    await using system = await startSystem();
    const env = { SHUTDOWN_DEADLINE_MS: '3000' };
    const busy = await system.start('worker', env);
    const release = await system.hold(0);
    const task = await system.submit({ n: 1_000 });
    await eventually(() => {
      expect(messages(busy, task)).toEqual(['task started']);
    });
    const idle = await system.start('worker', env);
    await system.redisServer.stop('SIGKILL');
    busy.kill('SIGTERM');
    idle.kill('SIGTERM');
    // 1 would say that it could not do all that it wanted to; null, that it did not end by itself.
    expect([0, 1]).toContain(await idle.exited);
    expect([0, 1]).toContain(await busy.exited);
    await system.redisServer.start();
    await release();
    const other = await system.start('worker');
    expect((await system.ended(task)).status).toBe('done');
    await eventually(() => {
      expect(messages(other, task)).toEqual(['task started', 'task done']);
    });
  });
});
