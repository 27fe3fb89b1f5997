import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { startProxiedSystem } from '../support/proxied-system.ts';

jest.setTimeout(300_000);

describe('a network that drops all bytes for a minute, also on new connections', () => {
  it('recovers: a task is accepted within 5 s, without a restart or a connection storm', async () => {
    await using system = await startProxiedSystem();
    await system.works('before');
    const connections = system.proxy.open;
    system.proxy.set('hole');
    await delay(10_000);
    expect(await system.readiness()).toEqual(Array(3).fill('200 failing'));
    const rejected = await system.post({ text: 'a' });
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await system.redialsIn(50, connections)).toBeLessThan(1.5);

    system.proxy.set('pass');
    const task = await system.accepted(5_000);
    await system.done(task, 15_000);
    await system.recovers(10_000);
    await system.works('after');
  });
});
