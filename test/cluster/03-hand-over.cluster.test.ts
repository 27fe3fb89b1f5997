import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { killWorker, shareProcesses } from './kill.ts';
import { kubectl } from './kubectl.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import { watch } from './watch.ts';
import { noWorkers, podsOf, watchReplicas, workersReady } from './workers.ts';

type Task = { readonly request_id: string };

/** What a worker that was lost without a word costs: its lock and the looks for it (ADR 0006), then a start. */
const FOUND_WITHIN_MS = 25_000;

beforeAll(() => install(QUICK));

/** No worker, nothing in the store, and nothing remembered of earlier workers. */
async function fromNothing(): Promise<ClusterSystem> {
  await noWorkers();
  const system = await openSystem();
  await system.storeRedis.flushall();
  await system.forgetPublished();
  return system;
}

async function startedBy(task: Task, times = 1): Promise<string> {
  return eventually(
    async () => {
      const pods = await podsOf(task);
      const pod = pods.at(-1);
      if (pod === undefined || pods.length < times) throw new Error(`Started by ${pods.join(', ')}`);
      return pod;
    },
    { timeoutMs: 90_000, intervalMs: 200 },
  );
}

async function expectNoAttemptSpent(system: ClusterSystem, task: Task): Promise<void> {
  const { attemptsMade, stalledCounter } = await system.job(task);
  expect({ attemptsMade, stalledCounter }).toEqual({ attemptsMade: 1, stalledCounter: 0 });
}

async function expectNothingTwice(system: ClusterSystem): Promise<void> {
  // Each instance publishes every 10 s, and is remembered for 30 s after its end.
  await eventually(
    async () => {
      expect(await system.published('prime_segments_sieved_total', 'worker-*')).toBe(await system.stored());
    },
    { timeoutMs: 20_000, intervalMs: 500 },
  );
}

describe('a busy worker', () => {
  it('hands over when its pod is deleted: no attempt spent, no segment sieved twice', async () => {
    await using system = await fromNothing();
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    const pod = await startedBy(task);
    await system.storedAtLeast(200);
    const deleted = Date.now();
    await kubectl(['delete', 'pod', pod, '--wait=false']);
    await eventually(
      async () => {
        expect((await system.job(task)).attemptsStarted).toBe(2);
      },
      { timeoutMs: 60_000 },
    );
    figure('after `kubectl delete pod`, resumed elsewhere after', seconds(Date.now() - deleted));
    await release();
    expect((await system.ended(task)).status).toBe('done');
    await expectNoAttemptSpent(system, task);
    await expectNothingTwice(system);
  });

  it('hands over when it is the one that is scaled in', async () => {
    await using system = await fromNothing();
    // Both workers have four tasks, two of which can end: then one worker is enough, and both are busy.
    const releaseShort = await system.hold(3);
    const releaseLong = await system.hold(50);
    const short: Task[] = [];
    const long: Task[] = [];
    for (let i = 0; i < 4; i++) {
      short.push(await system.submit({ n: 1_000_000 }));
      long.push(await system.submit({ n: 12_000_000 }));
    }
    await eventually(
      async () => {
        expect(await system.queue.getActiveCount()).toBe(8);
      },
      { timeoutMs: 90_000 },
    );
    await workersReady(2);
    await using replicas = await watchReplicas();
    const released = Date.now();
    await releaseShort();
    for (const task of short) expect((await system.ended(task)).status).toBe('done');
    const scaledIn = await replicas.first(released, ([count]) => count === '1', 120_000);
    await eventually(
      async () => {
        const again = await Promise.all(long.map(async (task) => (await system.job(task)).attemptsStarted));
        expect(again.toSorted()).toEqual([1, 1, 2, 2]);
      },
      { timeoutMs: 60_000 },
    );
    figure('after the scale-in of a busy worker, resumed elsewhere after', seconds(Date.now() - scaledIn.at));
    await releaseLong();
    for (const task of long) {
      expect((await system.ended(task)).status).toBe('done');
      await expectNoAttemptSpent(system, task);
    }
    await expectNothingTwice(system);
  });
});

describe('a worker that is killed without a word', () => {
  beforeAll(() => shareProcesses(true));
  afterAll(() => shareProcesses(false));

  it('loses no task: another start of it, or of another, goes on with it soon', async () => {
    await using system = await fromNothing();
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    const pod = await startedBy(task);
    await system.storedAtLeast(200);
    const container = '.status.containerStatuses[?(@.name=="worker")]';
    const exitCodes = `{${container}.state.terminated.exitCode}{${container}.lastState.terminated.exitCode}`;
    await using states = await watch(['pod', pod], `${exitCodes} {${container}.ready}`);
    await killWorker(pod);
    const killed = await states.first(0, ([exitCode]) => exitCode === '137');
    const ready = await states.first(killed.at, ([, isReady]) => isReady === 'true');
    await eventually(
      async () => {
        expect((await system.job(task)).attemptsStarted).toBe(2);
      },
      { timeoutMs: 90_000 },
    );
    const resumed = Date.now() - killed.at;
    const start = ready.at - killed.at;
    figure('after SIGKILL, resumed after', `${seconds(resumed)} (a start: ${seconds(start)})`);
    await release();
    expect((await system.ended(task)).status).toBe('done');
    // Found as stalled, which is no attempt.
    const { attemptsMade, stalledCounter } = await system.job(task);
    expect({ attemptsMade, stalledCounter }).toEqual({ attemptsMade: 1, stalledCounter: 1 });
    expect(resumed).toBeLessThanOrEqual(FOUND_WITHIN_MS + start);
  });
});
