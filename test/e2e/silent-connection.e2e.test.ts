import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startProxiedSystem } from '../support/proxied-system.ts';

jest.setTimeout(120_000);

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
  it('receives about one attempt per second from each connection', async () => {
    await using system = await startProxiedSystem();
    await system.works('before');
    const connections = system.proxy.open;
    system.proxy.set('cut');
    // The first attempts are more frequent.
    await system.redialsIn(3, connections);
    const rate = await system.redialsIn(10, connections);
    expect(rate).toBeLessThan(1.5);
    expect(await system.readiness()).toEqual(Array(3).fill('200 failing'));
    system.proxy.set('pass');
    await system.accepted(5_000);
    await system.recovers(5_000);
    await system.works('after');
  });
});
