import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { isRejection, outageOf, problemsOf, startClients } from './clients.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, RELEASE, install } from './helm.ts';
import { NAMESPACE, kubectl, list } from './kubectl.ts';
import { nodeOf } from './nodes.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import { workersReady } from './workers.ts';

/** What the clients submit, in turn. */
const BODIES = [{ n: 1_000 }, { n: 1_000_000, fresh: true }, { n: 100_000, priority: 3 }, { n: 10_000_000 }];
/** In flight during a drain: they wait for the last segment, which no other task needs. */
const LONG = { n: 12_000_000, priority: 9 };
const LAST_SEGMENT = 50;
const WORKERS = 2;
/** Tasks to see done before and after a drain. */
const ENOUGH = 30;
const DRAIN_SECONDS = 40;

const REFUSED = /error when evicting pods\/"(\S+)".*Cannot evict pod as it would violate/g;

let node: string;

beforeAll(async () => {
  // As many workers all the time, so that a drain finds tasks on all of them.
  await install(QUICK, { scaling: { minReplicas: WORKERS, maxReplicas: WORKERS } });
  node = await nodeOf('primes-redis-queue-0');
});
// The segment that a test holds must not be stored.
beforeEach(async () => {
  await using system = await openSystem();
  await system.storeRedis.flushall();
});
afterAll(() => kubectl(['uncordon', node]));

/** `kubectl drain`, as in docs/operations.md, of the pods of the release with these components. */
async function drain(components: string, options: readonly string[] = []) {
  const selector = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component in (${components})`;
  const only = ['--ignore-daemonsets', '--delete-emptydir-data', '--pod-selector', selector];
  const started = Date.now();
  const child = spawn('kubectl', ['drain', node, ...only, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  const refused = Array.from(output.matchAll(REFUSED), ([, pod = '']) => pod);
  return {
    ok: code === 0,
    output,
    refused: new Set(refused),
    refusals: refused.length,
    ms: Date.now() - started,
  };
}

async function isCordoned(): Promise<void> {
  await eventually(async () => {
    expect(await kubectl(['get', 'node', node, '--output', 'jsonpath={.spec.unschedulable}'])).toBe('true');
  });
}

/** Runs tasks on all workers until the returned function is called. */
async function occupy(system: ClusterSystem) {
  await workersReady(WORKERS);
  const release = await system.hold(LAST_SEGMENT);
  const tasks = await Promise.all(Array.from({ length: WORKERS * 2 }, () => system.submit(LONG)));
  await eventually(
    async () => {
      const states = await Promise.all(tasks.map(async (task) => (await system.job(task)).getState()));
      expect(states).toEqual(tasks.map(() => 'active'));
    },
    { timeoutMs: 60_000 },
  );
  return { tasks, release };
}

/** The names of the pods of a component that are not terminating. */
async function podsOf(component: string): Promise<string[]> {
  const pods = await list(
    'pods',
    `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=${component}`,
  );
  return pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
}

describe('kubectl drain, under load', () => {
  it('cannot complete on the only node, and fails no request of api and workers', async () => {
    await using clients = await startClients(BODIES);
    await clients.turns(ENOUGH);
    await using system = await openSystem();
    const { tasks, release } = await occupy(system);
    const [apis, workers] = await Promise.all([podsOf('api'), podsOf('worker')]);

    const { ok, refused, output } = await drain('api,worker', [`--timeout=${DRAIN_SECONDS}s`]);
    expect([ok, output]).toEqual([false, expect.stringContaining('global timeout reached')]);
    const stayed = [...(await podsOf('api')), ...(await podsOf('worker'))].filter((pod) => refused.has(pod));
    expect(stayed.toSorted()).toEqual([...refused].toSorted());
    expect(apis.filter((pod) => refused.has(pod))).toHaveLength(1);
    expect(workers.filter((pod) => refused.has(pod))).toHaveLength(1);
    for (const pod of stayed) await expect(evict(pod)).rejects.toThrow('(TooManyRequests)');
    await kubectl(['uncordon', node]);
    await workersReady(WORKERS);

    await release();
    let handedOver = 0;
    for (const task of tasks) {
      expect((await system.ended(task)).status).toBe('done');
      const { attemptsMade, attemptsStarted, stalledCounter } = await system.job(task);
      expect({ attemptsMade, stalledCounter }).toEqual({ attemptsMade: 1, stalledCounter: 0 });
      if (attemptsStarted > 1) handedOver += 1;
    }
    await clients.turns(ENOUGH);
    const { turns, failures } = await clients.report();
    figure(
      `drain of api and workers of the only node, ${DRAIN_SECONDS} s`,
      `${turns.length} tasks, ${failures.length} failed requests, ${handedOver} of ${tasks.length} long tasks handed over; refused: ${stayed.join(', ')}`,
    );
    expect(failures).toEqual([]);
    expect(await problemsOf(turns, system)).toEqual([]);
  });

  it('moves all pods if there is a place for them, loses nothing, and only rejects requests while Redis moves', async () => {
    await using clients = await startClients(BODIES);
    await clients.turns(ENOUGH);
    // Without the pod of `helm test`, which has ended.
    const before = await list(
      'pods',
      `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component!=test`,
    );
    const tasks = await (async () => {
      await using system = await openSystem();
      // Nothing releases the segment: it is lost with the store.
      return (await occupy(system)).tasks;
    })();

    const draining = drain('api,worker,metrics-gateway,redis-queue,redis-store', ['--timeout=240s']);
    // From here on, this node takes the replacements, as another one would.
    await isCordoned();
    await kubectl(['uncordon', node]);
    const { ok, output, refusals, ms } = await draining;
    expect([ok, ok ? '' : output]).toEqual([true, '']);
    const names = new Set(before.map(({ metadata }) => metadata.uid));
    await eventually(
      async () => {
        const now = await list('pods', `app.kubernetes.io/instance=${RELEASE}`);
        expect(now.filter(({ metadata }) => names.has(metadata.uid))).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
    await clients.turns(ENOUGH);

    await using system = await openSystem();
    for (const task of tasks) expect((await system.ended(task, 120_000)).status).toBe('done');
    const { turns, failures } = await clients.report();
    const outage = outageOf(failures);
    figure('drain of all pods, replaced on the same node', `${seconds(ms)}, ${refusals} evictions refused`);
    figure(
      'during the drain',
      `503 for ${seconds(outage.ms)} (${outage.requests} requests); ${turns.length + tasks.length} tasks, none lost`,
    );
    // The budgets: without them, all pods leave at once.
    expect(refusals).toBeGreaterThan(0);
    expect(failures.filter((failure) => !isRejection(failure))).toEqual([]);
    expect(await problemsOf(turns, system)).toEqual([]);
  });
});

/** Asks the API server to evict a pod, as `kubectl drain` does. */
async function evict(name: string): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
  await kubectl(['create', '--raw', path, '--filename', '-'], { input: JSON.stringify(eviction) });
}
