import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startProxiedSystem } from '../support/proxied-system.ts';

describe('connections to Redis that drop all bytes while new ones work', () => {
  it('are replaced: tasks are accepted within 10 s and started within 30 s', async () => {
    await using system = await startProxiedSystem();
    await system.works('before');
    system.proxy.stale();
    const task = await system.accepted(10_000);
    await system.done(task, 30_000);
    await system.recovers(30_000);
    await system.works('after');
    // All of them, including subscribers.
    await eventually(() => {
      expect(system.proxy.silent).toBe(0);
    });
  });
});

describe('a Redis that refuses connections', () => {
  it('makes no process unready, and is used again', async () => {
    await using system = await startProxiedSystem();
    await system.works('before');
    const attempts = system.proxy.accepted + 10 * system.proxy.open;
    system.proxy.set('cut');
    await eventually(
      () => {
        expect(system.proxy.accepted).toBeGreaterThan(attempts);
      },
      { timeoutMs: 60_000 },
    );
    expect(await system.readiness()).toEqual(Array(3).fill('200 failing'));
    system.proxy.set('pass');
    await system.accepted(5_000);
    await system.recovers(5_000);
    await system.works('after');
  });
});
