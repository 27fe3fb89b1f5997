import { describe, expect, it } from '@jest/globals';
import { startCluster } from '@primes/testing';
import { exercise } from '../support/exercise.ts';
import { load } from '../support/load.ts';
import { LOST, startWholeSystem } from '../support/whole-system.ts';

const ENV = { QUEUE_PREFIX: '{bull}', STORE_PREFIX: '{primes}' };
/** In the slot of the queue. */
const KEY = '{bull}';

describe('a Redis Cluster of six nodes', () => {
  it('serves every path, loses no task in a failover, a kill and a migration of its slot', async () => {
    await using redis = await startCluster();
    await using system = await startWholeSystem({ REDIS_URL: redis.url, ...ENV });
    await system.works('before');
    await exercise(system);

    /** A task that the replica has: what it does not have is lost. */
    async function replicated() {
      const task = await system.submit({ text: 'long', steps: 20, step_ms: 100 });
      const { primary } = await redis.serving(KEY);
      // WAIT covers the writes up to the last one of its own connection.
      await primary.client.set(`${KEY}:replicated`, task.request_id);
      expect(await primary.client.wait(1, 30_000)).toBe(1);
      return task;
    }
    async function recovers(name: string, before: { request_id: string }) {
      const task = await system.accepted(5_000);
      await system.done(task, 15_000);
      await system.done(before, 30_000);
      await system.recovers(10_000, LOST);
      await system.works(name);
    }

    const before = await replicated();
    await redis.failover(KEY);
    await recovers('failover', before);

    // Under load: every answer is 202, or 503 with Retry-After.
    const client = load(system, { clients: 1, inputs: [{ text: 'load' }], pauseMs: 5 });
    await redis.migrate(KEY);
    await client.stop();
    for (const { status, retryAfter } of client.rejections) expect([status, retryAfter]).toEqual([503, '1']);
    expect(client.accepted.length).toBeGreaterThan(0);
    for (const task of client.accepted) expect((await system.ended(task)).status).toBe('done');
    await system.recovers(10_000, LOST);
    await system.works('migration');

    const beforeKill = await replicated();
    const { primary } = await redis.serving(KEY);
    await primary.server.stop('SIGKILL');
    await redis.switched(KEY, primary.server);
    await recovers('kill', beforeKill);
  });

  it('is used again by all processes after all of its nodes were down', async () => {
    await using redis = await startCluster();
    await using system = await startWholeSystem({ REDIS_URL: redis.url, ...ENV });
    await system.works('before');
    await Promise.all(redis.nodes.map((node) => node.stop('SIGKILL')));
    const refused = await system.post({ text: 'a' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await Promise.all(redis.nodes.map((node) => node.start()));
    await system.done(await system.accepted(5_000), 15_000);
    await system.recovers(10_000, LOST);
    await system.works('after');
  });
});
