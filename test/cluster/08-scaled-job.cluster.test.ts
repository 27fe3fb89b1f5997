import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { list } from './kubectl.ts';
import { openSystem } from './system.ts';

const TASKS = 20;
const LARGE = 10_000_000;

describe('workers that are Jobs', () => {
  beforeAll(() => install(QUICK, { worker: { kind: 'ScaledJob' }, scaling: { trigger: 'redis' } }));
  afterAll(() => install(QUICK));

  it(`run ${TASKS} tasks and then complete, although a sidecar runs`, async () => {
    await using system = await openSystem();
    const start = Date.now();
    const tasks = [];
    for (let i = 0; i < TASKS; i++)
      tasks.push(await system.submit({ n: LARGE, fresh: true, priority: i % 2 }));
    for (const task of tasks) {
      expect((await system.ended(task, 120_000)).status).toBe('done');
      expect((await system.job(task)).attemptsMade).toBe(1);
    }
    const done = Date.now() - start;
    const jobs = await eventually(
      async () => {
        const all = await list('jobs');
        if (all.some(({ status }) => status?.succeeded !== 1))
          throw new Error('Some Jobs have not succeeded');
        return all;
      },
      { timeoutMs: 120_000, intervalMs: 500 },
    );
    figure(
      `${TASKS} tasks with ScaledJob`,
      `done after ${seconds(done)}, ${jobs.length} Jobs, all complete after ${seconds(Date.now() - start)}`,
    );
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.filter(({ status }) => (status?.failed ?? 0) > 0)).toEqual([]);
  });
});
