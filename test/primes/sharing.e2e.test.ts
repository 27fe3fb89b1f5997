import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { sieved, startPrimesSystem } from './system.ts';

describe('three worker processes', () => {
  it('sieve each segment exactly once for twenty equal cold tasks', async () => {
    await using system = await startPrimesSystem();
    const workers = await system.startWorkers(3);
    // All twelve slots are in use before any task can finish.
    const release = await system.hold(0);
    const tasks = await Promise.all(Array.from({ length: 20 }, () => system.submit({ n: 10_000_000 })));
    await eventually(async () => {
      expect(await system.queue.getActiveCount()).toBe(12);
    });
    await release();
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');

    const segments = await system.stored();
    expect(segments).toBeGreaterThanOrEqual(46);
    expect(await sieved(workers)).toBe(segments);
    // Published after a task has ended, so it can arrive a moment later.
    await eventually(async () => {
      expect(await system.counters()).toMatchObject({
        completed: '20',
        cache_misses: String(segments),
      });
    });
    const [{ request_id: id } = { request_id: '' }] = tasks;
    const page = await system.view(id, `offset=9999999`);
    expect(page.result).toEqual([NTH_PRIME.get(10_000_000)]);
  });

  it('sieve each segment exactly once for overlapping tasks', async () => {
    await using system = await startPrimesSystem();
    const workers = await system.startWorkers(3);
    const sizes = [
      20_000_000, 15_000_000, 3, 100, 5_000_000, 18_000_000, 1_000_000, 10_000_000, 2_000_000, 19_999_999,
    ];
    const tasks = await Promise.all(sizes.map((n) => system.submit({ n })));
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');
    const segments = await system.stored();
    expect((await system.store.manifest()).covers(20_000_000)).toBe(true);
    expect(await sieved(workers)).toBe(segments);
    await eventually(async () => {
      expect(await system.counters()).toMatchObject({ completed: '10', cache_misses: String(segments) });
    });
  });
});
