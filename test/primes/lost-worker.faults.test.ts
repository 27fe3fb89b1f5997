import { describe, expect, it } from '@jest/globals';
import { eventually, type ServiceProcess } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { messages } from '../support/system.ts';
import { sieved, startPrimesSystem, type PrimesSystem } from './system.ts';

/** Kills a worker, waits until all of its connections are closed, and returns the number of stored segments. */
async function kill(worker: ServiceProcess, { redis, stored }: PrimesSystem, connections: readonly string[]) {
  worker.kill('SIGKILL');
  expect(await worker.exited).toBeNull();
  await eventually(async () => {
    const open = await workerConnections(redis);
    expect(connections.filter((id) => open.includes(id))).toEqual([]);
  });
  return stored();
}

async function workerConnections(redis: PrimesSystem['redis']): Promise<string[]> {
  const list = String(await redis.client('LIST'));
  return [...list.matchAll(/^id=(\d+) .* name=worker-background/gm)].map(([, id = '']) => id);
}

describe('a task whose worker is killed twice', () => {
  it('is finished by a third worker: nothing is lost, no attempt is used', async () => {
    await using system = await startPrimesSystem();
    const env = { SIEVE_THREADS: '1' };
    const first = await system.start('worker', env);
    // Holds the task, so that the kill happens while it runs.
    const releaseFirst = await system.hold(60, 149);
    const releaseSecond = await system.hold(150, 239);
    const releaseThird = await system.hold(240, 518);
    const task = await system.submit({ n: 100_000_000 });
    await system.storedAtLeast(30);

    const ofFirst = await workerConnections(system.redis);
    const second = await system.start('worker', env);
    const keptOfFirst = await kill(first, system, ofFirst);
    await releaseFirst();
    await system.storedAtLeast(keptOfFirst + 30);
    await eventually(() => {
      expect(messages(second, task)).toEqual(['task started']);
    });

    const ofSecond = await workerConnections(system.redis);
    const third = await system.start('worker', env);
    const keptOfBoth = await kill(second, system, ofSecond);
    await releaseSecond();
    await system.storedAtLeast(keptOfBoth + 1);
    await releaseThird();

    const view = await system.ended(task);
    expect(view.status).toBe('done');
    await eventually(() => {
      expect(messages(third, task)).toEqual(['task started', 'task completed']);
    });
    // BullMQ counts stalls separately from attempts, up to ten.
    const { attemptsMade, attemptsStarted, stalledCounter } = await system.job(task);
    expect({ attemptsMade, attemptsStarted, stalledCounter }).toEqual({
      attemptsMade: 1,
      attemptsStarted: 3,
      stalledCounter: 2,
    });
    // Segments that the killed workers stored are not sieved again.
    const segments = await system.stored();
    expect(await sieved([third])).toBe(segments - keptOfBoth);
    expect((await system.view(task.request_id, 'offset=99999999')).result).toEqual([
      NTH_PRIME.get(100_000_000),
    ]);

    await eventually(async () => {
      const { completed, failed, cache_hits = 0, cache_misses } = await system.counters();
      expect({ completed, failed }).toEqual({ completed: '1', failed: undefined });
      // Each segment is a hit or a miss. Which of the two is not known for a dead worker's last 250 ms.
      expect(Number(cache_hits) + Number(cache_misses)).toBe(segments);
      expect(Number(cache_misses)).toBeGreaterThanOrEqual(segments - keptOfBoth);
    });
  });
});
