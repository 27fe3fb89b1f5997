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

/** Limit to resume the task of a killed worker, plus a start: the lock expires and a stalled check finds it (ADR 0006). */
const RESUMED_WITHIN_MS = 25_000;

beforeAll(() => install(QUICK));

/** No worker, an empty store, and no published metrics of earlier workers. */
async function fromZero(): Promise<ClusterSystem> {
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

async function expectNoAttemptUsed(system: ClusterSystem, task: Task): Promise<void> {
  const { attemptsMade, stalledCounter } = await system.job(task);
  expect({ attemptsMade, stalledCounter }).toEqual({ attemptsMade: 1, stalledCounter: 0 });
}

async function expectNoSegmentTwice(system: ClusterSystem): Promise<void> {
  // Each instance publishes every 10 s, and its last publication expires after 30 s.
  await eventually(
    async () => {
      expect(await system.published('prime_segments_sieved_total', 'worker-*')).toBe(await system.stored());
    },
    { timeoutMs: 20_000, intervalMs: 500 },
  );
}

describe('a busy worker', () => {
  it('hands over when its pod is deleted: no attempt is used, no segment is sieved twice', async () => {
    await using system = await fromZero();
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
    figure('task resumed by another worker after `kubectl delete pod`', seconds(Date.now() - deleted));
    await release();
    expect((await system.ended(task)).status).toBe('done');
    await expectNoAttemptUsed(system, task);
    await expectNoSegmentTwice(system);
  });

  it('hands over when it is scaled in', async () => {
    await using system = await fromZero();
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
    figure('task resumed by another worker after scale-in', seconds(Date.now() - scaledIn.at));
    await releaseLong();
    for (const task of long) {
      expect((await system.ended(task)).status).toBe('done');
      await expectNoAttemptUsed(system, task);
    }
    await expectNoSegmentTwice(system);
  });
});

describe('a worker that is killed by SIGKILL', () => {
  beforeAll(() => shareProcesses(true));
  afterAll(() => shareProcesses(false));

  it('loses no task: it or another worker resumes the task', async () => {
    await using system = await fromZero();
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
    figure('task resumed after SIGKILL', `${seconds(resumed)} (a start: ${seconds(start)})`);
    await release();
    expect((await system.ended(task)).status).toBe('done');
    // Recovered as stalled, which does not count as an attempt.
    const { attemptsMade, stalledCounter } = await system.job(task);
    expect({ attemptsMade, stalledCounter }).toEqual({ attemptsMade: 1, stalledCounter: 1 });
    expect(resumed).toBeLessThanOrEqual(RESUMED_WITHIN_MS + start);
  });
});
