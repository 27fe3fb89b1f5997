import { describe, expect, it } from '@jest/globals';
import { eventually, startRedis } from '@primes/testing';
import { primes } from '@primes/primes';
import { Redis } from 'ioredis';
import { judge } from '../failover/judge.ts';
import { startLoad } from '../failover/load.ts';
import { PRIMES, run } from '../failover/run.ts';
import { startWholeSystem } from '../support/whole-system.ts';

describe('failovers under load', () => {
  it('leave nothing stuck, and readiness and metrics are right', async () => {
    const failovers = await run({ engine: 'Sentinel', setting: 'WAIT 1', failovers: 2 });
    // A failover that nobody noticed would prove nothing.
    for (const { acknowledged } of failovers) expect(acknowledged).toBeGreaterThan(0);
  });

  it('are judged by a checker that finds a lost task, an undone cancellation and a stuck task', async () => {
    await using redis = await startRedis();
    await using system = await startWholeSystem({ REDIS_URL: redis.url }, PRIMES);
    const load = startLoad({ url: system.api.url, receiver: system.receiver.url });
    await eventually(() => {
      expect(load.acknowledged.length).toBeGreaterThan(20);
    });
    await load.stop();
    const all = load.acknowledged;
    expect(await judge(system.api.url, all)).toMatchObject({ lost: [], uncancelled: [], stuck: [] });

    const [lost, done] = all.filter(({ kind }) => kind === 'cached');
    if (!lost || !done) throw new Error('Expected two cached tasks');
    const client = new Redis(redis.url);
    await client.del(`bull:${primes.name}:${lost.id}`);
    client.disconnect();
    done.cancelled = true;
    system.worker.kill('SIGSTOP');
    const waiting = await system.submit({ n: 100 });
    const stuck = { id: waiting.request_id, kind: 'cached', at: Date.now(), cancelled: false } as const;

    const verdict = await judge(system.api.url, [...all, stuck], 3_000);
    expect(verdict).toMatchObject({ lost: [lost], uncancelled: [done] });
    expect(verdict.stuck).toEqual([expect.stringContaining(stuck.id)]);
  });
});
