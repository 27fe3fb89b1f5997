import { describe, expect, it } from '@jest/globals';
import { eventually, startRedis } from '@primes/testing';
import { Redis } from 'ioredis';
import { startProxiedSystem } from '../support/proxied-system.ts';

describe('a failover that keeps all connections open', () => {
  it('loses no acknowledged task: tasks are accepted within 5 s and started within 15 s', async () => {
    await using system = await startProxiedSystem();
    await using standby = await startRedis({ appendonly: true });
    using stack = new DisposableStack();
    const [primary, replica] = [system.redis, standby].map(({ url }) =>
      stack.adopt(new Redis(url), (redis) => {
        redis.disconnect();
      }),
    ) as [Redis, Redis];
    await primary.config('SET', 'repl-diskless-sync-delay', 0);
    await replica.replicaof('127.0.0.1', system.redis.port);
    await eventually(async () => {
      expect(await replica.info('replication')).toContain('master_link_status:up');
    });
    await system.works('before');
    const before = await system.submit({ text: 'long', steps: 20, step_ms: 100 });
    // WAIT covers the writes up to the last one of its own connection: without this write it would return at once.
    await primary.set('replicated', 1);
    expect(await primary.wait(1, 30_000)).toBe(1);

    await replica.replicaof('NO', 'ONE');
    system.proxy.moveTo(standby.port);
    await primary.replicaof('127.0.0.1', standby.port);

    const task = await system.accepted(5_000);
    await system.done(task, 15_000);
    await system.done(before, 30_000);
    await system.recovers(10_000);
    await system.works('after');
    // Subscribers may stay on either; all other connections have left the former primary.
    await eventually(async () => {
      const clients = String(await primary.client('LIST')).split('\n');
      const left = clients.filter((client) => / sub=0 .* cmd=(?!replconf|psync|client|ping)/.test(client));
      expect(left.filter((client) => /name=\S+/.test(client) && !/name= /.test(client))).toEqual([]);
    });
  });
});
