import { beforeAll, describe, expect, it } from '@jest/globals';
import { NTH_PRIME } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import { watch, type Change } from './watch.ts';
import { noWorkers } from './workers.ts';

const TASKS = 300;
/** Every so many is a long one: 15 in all, for which four workers are wanted once nothing else is left. */
const EVERY_LONG = 20;
const LEFT_FOR_LONG = 4;
const LARGEST = 100_000_000;
/** The last one that the largest needs. */
const LAST_SEGMENT = 518;
/** Sizes whose last prime is known; the large ones are computed each time, so that there is something to do. */
const SIZES = [1_000, LARGEST, 1_000_000, 10_000_000, LARGEST];
const LARGE = 10_000_000;

beforeAll(() => install(QUICK));

async function submitAll(system: ClusterSystem) {
  const tasks: { request_id: string; n: number }[] = [];
  for (let i = 0; i < TASKS; i++) {
    const n = SIZES[i % SIZES.length] ?? 1;
    const task = { n, fresh: n >= LARGE, priority: i % 3 };
    // Long ones come last, when all workers are there, so that each has some.
    const long = { n: LARGEST, priority: 9 };
    tasks.push(await system.submit(i % EVERY_LONG === 0 ? long : task));
  }
  return tasks;
}

/** The replicas over time, as `0 s: 0, 0.3 s: 1, …`. */
function curve(changes: readonly Change[], start: number): string {
  const steps = changes.filter(({ values }, i) => values[0] !== changes[i - 1]?.values[0]);
  return steps
    .map(({ at, values }) => `${((at - start) / 1_000).toFixed(0)} s: ${values[0] ?? ''}`)
    .join(', ');
}

describe(`${TASKS} mixed tasks`, () => {
  it('are all done, right and at their first attempt, while workers come and go', async () => {
    await using system = await openSystem();
    await noWorkers();
    await system.storeRedis.flushall();
    // The long tasks wait for it until workers have been taken away under them.
    const release = await system.hold(LAST_SEGMENT);
    await using replicas = await watch(['deployment', 'primes-worker'], '{.spec.replicas}');
    const start = Date.now();
    const tasks = await submitAll(system);
    const many = await replicas.first(start, ([count]) => Number(count) > LEFT_FOR_LONG, 120_000);
    await replicas.first(many.at, ([count]) => count === String(LEFT_FOR_LONG), 300_000);
    await release();

    const problems: string[] = [];
    let handedOver = 0;
    for (const task of tasks) {
      const { status } = await system.ended(task, 240_000);
      const { attemptsMade, attemptsStarted, stalledCounter } = await system.job(task);
      if (status !== 'done' || attemptsMade !== 1 || stalledCounter > 0) {
        problems.push(`${task.request_id}: ${status}, ${attemptsMade} attempts, ${stalledCounter} stalled`);
      }
      if (attemptsStarted > 1) handedOver += 1;
    }
    const done = Date.now() - start;
    for (const { request_id: id, n } of tasks) {
      const { result } = await system.view(id, `offset=${n - 1}`);
      if (result?.length !== 1 || result[0] !== NTH_PRIME.get(n)) problems.push(`${id}: wrong for ${n}`);
    }
    await noWorkers();
    figure(
      `${TASKS} tasks`,
      `done after ${seconds(done)}, ${handedOver} of them handed over, none failed or retried`,
    );
    figure('replicas', curve(replicas.changes, start));
    expect(problems).toEqual([]);
    expect(handedOver).toBeGreaterThan(0);
  });
});
