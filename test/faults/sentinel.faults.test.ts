import { describe, expect, it } from '@jest/globals';
import { eventually, startSentinels } from '@primes/testing';
import { exercise } from '../support/exercise.ts';
import { LOST, startWholeSystem } from '../support/whole-system.ts';

const LONG = { text: 'long', steps: 20, step_ms: 100 };

describe('a Redis behind three Sentinels, with TLS and passwords', () => {
  it('serves every path, and after each failover accepts a task within 5 s and starts it within 15 s', async () => {
    await using redis = await startSentinels();
    await using system = await startWholeSystem(redis.env);
    await system.works('before');
    await exercise(system);

    /** A task that the replicas have: what they do not have is lost. */
    async function replicated() {
      const task = await system.submit(LONG);
      const { client } = await redis.primary();
      // WAIT covers the writes up to the last one of its own connection.
      await client.set('replicated', task.request_id);
      expect(await client.wait(2, 30_000)).toBe(2);
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
    await redis.failover();
    await recovers('failover', before);

    // The former primary is a replica now.
    await eventually(async () => {
      const { client } = await redis.primary();
      expect(await client.info('replication')).toMatch(/connected_slaves:2/);
    });
    const beforeKill = await replicated();
    const { server } = await redis.primary();
    await server.stop('SIGKILL');
    await redis.switched(server.port);
    await recovers('kill', beforeKill);

    // Without any Sentinel, open connections serve.
    for (const sentinel of redis.sentinels) await sentinel.stop('SIGKILL');
    await system.works('without-sentinels');
    for (const sentinel of redis.sentinels) await sentinel.start();
    await system.recovers(10_000, LOST);

    const output = JSON.stringify(system.processes.map(({ logs }) => logs));
    for (const password of redis.passwords)
      for (const text of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)])
        expect(output).not.toContain(text);
  });
});
