import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { Redis } from 'ioredis';
import { documentedRules, startProxiedSystem } from '../support/proxied-system.ts';
import { primesClient } from './task-client.ts';

describe('the user of Redis', () => {
  it('needs only the documented permissions to sieve, store and read primes', async () => {
    const job = { program: {}, input: { n: 100 }, client: primesClient };
    await using system = await startProxiedSystem({}, { rules: await documentedRules() }, job);
    await system.works('first');
    const task = await system.submit({ n: 20_000_000 });
    await system.ended(task);
    const text = await fetch(`${system.api.url}/tasks/${task.request_id}`, {
      headers: { accept: 'text/plain' },
    });
    expect((await text.text()).endsWith('\n373587883\n')).toBe(true);
    await eventually(async () => {
      expect((await fetch(`${system.gateway.url}/api/metrics/summary`)).status).toBe(200);
    });
    using stack = new DisposableStack();
    const operator = stack.adopt(new Redis(system.redis.url), (connection) => {
      connection.disconnect();
    });
    expect(await operator.acl('LOG')).toEqual([]);
  });
});
