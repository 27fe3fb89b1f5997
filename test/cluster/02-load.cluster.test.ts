import { beforeAll, describe, expect, it } from '@jest/globals';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import type { Change } from './watch.ts';
import { noWorkers, watchReplicas } from './workers.ts';

const TASKS = 300;
/** Every 20th task is long: 15 in total, which need four workers after all others are done. */
const EVERY_LONG = 20;
const WORKERS_FOR_LONG = 4;
/** Submitted last, when all workers run, so that each gets some; only these need the last segment. */
const LONG = { n: 100_000_000, priority: 9 };
const LAST_SEGMENT = 518;
/** Fresh tasks keep the workers busy. */
const OTHERS = [
  { n: 1_000 },
  { n: 90_000_000, fresh: true, priority: 1 },
  { n: 1_000_000 },
  { n: 10_000_000, fresh: true, priority: 2 },
  { n: 90_000_000, fresh: true },
];

beforeAll(() => install(QUICK));

async function submitAll(system: ClusterSystem) {
  const tasks: { request_id: string; n: number }[] = [];
  for (let i = 0; i < TASKS; i++) {
    const other = OTHERS[i % OTHERS.length] ?? LONG;
    tasks.push(await system.submit(i % EVERY_LONG === 0 ? LONG : other));
  }
  return tasks;
}

/** Whether a result has the right prime at the largest known index. */
async function isRight(system: ClusterSystem, { request_id: id, n }: { request_id: string; n: number }) {
  const known = Math.max(...[...NTH_PRIME.keys()].filter((place) => place <= n));
  const { result } = await system.view(id, `offset=${known - 1}&limit=1`);
  return result?.length === 1 && result[0] === NTH_PRIME.get(known);
}

/** The replicas over time, as `0 s: 0, 0.3 s: 1, …`. */
function curve(changes: readonly Change[], start: number): string {
  const steps = changes.filter(({ values }, i) => values[0] !== changes[i - 1]?.values[0]);
  return steps
    .map(({ at, values }) => `${((at - start) / 1_000).toFixed(0)} s: ${values[0] ?? ''}`)
    .join(', ');
}

describe(`${TASKS} mixed tasks`, () => {
  it('are all done correctly in one attempt while workers start and stop', async () => {
    await using system = await openSystem();
    await noWorkers();
    await system.storeRedis.flushall();
    // The long tasks wait for it until their workers have been removed.
    const release = await system.hold(LAST_SEGMENT);
    await using replicas = await watchReplicas();
    const start = Date.now();
    const tasks = await submitAll(system);
    const many = await replicas.first(start, ([count]) => Number(count) > WORKERS_FOR_LONG, 120_000);
    await replicas.first(many.at, ([count]) => count === String(WORKERS_FOR_LONG), 300_000);
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
    for (const task of tasks) {
      if (!(await isRight(system, task))) problems.push(`${task.request_id}: wrong for ${task.n}`);
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
