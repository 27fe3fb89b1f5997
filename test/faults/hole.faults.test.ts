import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startProxiedSystem } from '../support/proxied-system.ts';

jest.setTimeout(300_000);

describe('a network that drops all bytes for a minute, also on new connections', () => {
  it('recovers: a task is accepted within 5 s, without a restart or a connection storm', async () => {
    await using system = await startProxiedSystem();
    await system.works('before');
    const { open: connections, accepted: before } = system.proxy;
    const start = performance.now();
    system.proxy.set('hole');
    await eventually(async () => {
      expect(await system.readiness()).toEqual(Array(3).fill('200 failing'));
    });
    const rejected = await system.post({ text: 'a' });
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1']);
    await delay(60_000);
    // At most one attempt a second, with a margin for the first ones. A slower machine makes fewer.
    const seconds = (performance.now() - start) / 1_000;
    expect(system.proxy.accepted - before).toBeLessThan(1.5 * seconds * connections);

    system.proxy.set('pass');
    const task = await system.accepted(5_000);
    await system.done(task, 15_000);
    await system.recovers(10_000);
    await system.works('after');
  });
});
