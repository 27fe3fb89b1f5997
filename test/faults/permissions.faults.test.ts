import { describe, expect, it } from '@jest/globals';
import { SERVICES, eventually, startRedis, startService } from '@primes/testing';
import { Redis } from 'ioredis';
import { documentedRules, startProxiedSystem } from '../support/proxied-system.ts';

describe('the user of Redis', () => {
  it('needs only the documented permissions', async () => {
    const redis = { rules: await documentedRules() };
    await using system = await startProxiedSystem({ ADMIN_USER: 'a', ADMIN_PASSWORD: 'b' }, redis);
    await system.works('first');
    const task = await system.submit({ text: 'a', hold: 'never released', priority: 1 });
    const status = async (url: string) =>
      (await fetch(url, { headers: { authorization: `Basic ${btoa('a:b')}` } })).status;
    const id = task.request_id;
    const metrics = ['all', 'summary', 'health'].map((name) => `${system.gateway.url}/api/metrics/${name}`);
    const paths = [
      '/tasks',
      '/tasks?status=done',
      `/tasks/${id}?wait=1`,
      '/metrics',
      '/admin/queues/api/queues',
    ];
    for (const url of [...metrics, ...paths.map((path) => `${system.api.url}${path}`)]) {
      expect([url, await status(url)]).toEqual([url, 200]);
    }
    await fetch(`${system.api.url}/tasks/${id}`, { method: 'DELETE' });
    await system.ended(task);
    await system.works('last');
    using stack = new DisposableStack();
    const operator = stack.adopt(new Redis(system.redis.url), (connection) => {
      connection.disconnect();
    });
    expect(await operator.acl('LOG')).toEqual([]);
  });

  it.each([
    ['no channel', ['resetchannels'], /lacks permissions: &bull:\*"?/],
    ['no keys of the store', ['resetkeys', '~bull:*'], /lacks permissions: ~primes:\*/],
    ['no scripts', ['-evalsha', '-eval'], /lacks permissions: \+eval \+evalsha/],
    ['no INFO and no MULTI', ['-info', '-multi'], /lacks permissions: \+multi/],
    ['nothing', ['-@all'], /NOPERM/],
  ])(
    'prevents the start with one line that names the missing permissions: %s',
    async (_, change, expected) => {
      await using redis = await startRedis();
      using stack = new DisposableStack();
      const operator = stack.adopt(new Redis(redis.url), (connection) => {
        connection.disconnect();
      });
      await operator.acl('SETUSER', 'primes', 'on', '>pass', ...(await documentedRules()), ...change);
      const env = { REDIS_URL: `redis://primes:pass@127.0.0.1:${redis.port}` };
      for (const service of SERVICES) {
        await expect(startService(service, env)).rejects.toThrow(expected);
      }
      // No denied command was executed.
      await eventually(async () => {
        expect(await operator.dbsize()).toBe(0);
      });
    },
  );
});
