import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { elapsed } from './elapsed.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, RELEASE, install } from './helm.ts';
import { get, kubectl, list, type KubernetesObject } from './kubectl.ts';
import { kubeletOfThisMachine, nodeOf, processesWith } from './nodes.ts';
import { mitigation, runAsReader } from './runbook.ts';
import { openSystem } from './system.ts';
import { autoscalersComplete } from './workers.ts';

const TASKS = 50;
/** In progress when the node is lost: the test holds a segment that only these need. */
const LONG = { n: 1_000_000 };
const HELD = 3;
const REDIS = 'primes-redis-queue-0';
/** Longer than a StatefulSet needs to replace a pod. */
const OBSERVED_MS = 20_000;
/** The node controller waits 50 s for a kubelet. */
const NOT_READY_MS = 120_000;

let kubelet: number;
let node: string;
let outOfService: string;

beforeAll(async () => {
  // Most of the tasks wait.
  await install(QUICK, { scaling: { maxReplicas: 2 } });
  kubelet = (await kubeletOfThisMachine()) ?? NaN;
  node = await nodeOf(REDIS);
  outOfService = (await mitigation('node-lost', 'kubectl taint')).replace('NODE', node);
});
afterAll(async () => {
  process.kill(kubelet, 'SIGCONT');
  // Fails if the test has removed it.
  await runAsReader(`${outOfService}- || true`);
});

/** Without the pod of `helm test`, which has ended. */
const podsOfRelease = () =>
  list('pods', `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component!=test`);

/** Stops the kubelet, and kills all processes of these pods, as if the node were turned off. */
async function loseNode(pods: readonly KubernetesObject[]): Promise<void> {
  process.kill(kubelet, 'SIGSTOP');
  for (const { metadata } of pods) {
    if (!metadata.uid) throw new Error(`${metadata.name} has no uid`);
    for (const pid of await processesWith({ group: metadata.uid })) process.kill(pid, 'SIGKILL');
  }
}

async function submitTasks() {
  await using system = await openSystem();
  const first = await system.submit({ n: 1_000 });
  expect((await system.ended(first)).status).toBe('done');
  await system.hold(HELD);
  const long = await system.submit(LONG);
  await eventually(async () => {
    expect(await (await system.job(long)).getState()).toBe('active');
  });
  const others = [];
  for (let i = 0; i < TASKS; i++) others.push(await system.submit({ n: i % 2 === 0 ? LONG.n : 1_000 }));
  return [first, long, ...others];
}

async function isReplaced(pods: readonly KubernetesObject[]): Promise<void> {
  const lost = new Set(pods.map(({ metadata }) => metadata.uid));
  await eventually(
    async () => {
      const now = await podsOfRelease();
      expect(now.filter(({ metadata }) => lost.has(metadata.uid))).toEqual([]);
      expect(now.map(({ metadata }) => metadata.name)).toContain(REDIS);
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
}

describe('a node that is lost', () => {
  it("keeps the queue's Redis Terminating until the commands of the runbook replace it; no task is lost", async () => {
    const tasks = await submitTasks();
    const pods = await podsOfRelease();
    const lost = Date.now();
    await loseNode(pods);
    await kubectl(
      ['wait', `node/${node}`, '--for=condition=Ready=Unknown', `--timeout=${NOT_READY_MS / 1_000}s`],
      {
        timeoutMs: NOT_READY_MS + 10_000,
      },
    );
    const noticed = Date.now();
    await eventually(
      async () => {
        const slices = ['endpointslices', '--selector', 'kubernetes.io/service-name=primes-api'];
        const ready = '{.items[*].endpoints[*].conditions.ready}';
        expect(await kubectl(['get', ...slices, '--output', `jsonpath=${ready}`])).not.toContain('true');
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    const left = Date.now();

    // After five minutes, the control plane does this, but not on its only node.
    await kubectl(['delete', 'pod', REDIS, '--wait=false']);
    const { uid } = (await get('pod', REDIS)).metadata;
    await elapsed(Date.now(), OBSERVED_MS);
    const terminating = (await get('pod', REDIS)).metadata;
    expect([terminating.uid, terminating.deletionTimestamp]).toEqual([uid, expect.any(String)]);

    const forced = Date.now();
    await runAsReader(await mitigation('node-lost', 'kubectl delete pod'));
    await eventually(
      async () => {
        expect((await get('pod', REDIS)).metadata.uid).not.toBe(uid);
      },
      { timeoutMs: 30_000, intervalMs: 100 },
    );
    const replaced = Date.now();
    await runAsReader(outOfService);
    await isReplaced(pods);
    const allReplaced = Date.now();
    figure(
      'a lost node',
      [
        `NotReady after ${seconds(noticed - lost)}`,
        `the api left its Service after ${seconds(left - lost)}`,
        `Redis replaced ${seconds(replaced - forced)} after its forced deletion`,
        `all pods ${seconds(allReplaced - replaced)} after the taint`,
      ].join(', '),
    );

    await runAsReader(`${outOfService}-`);
    const back = Date.now();
    process.kill(kubelet, 'SIGCONT');
    await kubectl(['wait', `node/${node}`, '--for=condition=Ready', '--timeout=60s'], { timeoutMs: 70_000 });
    await kubectl(['rollout', 'status', 'deployment/primes-api', '--timeout=180s'], { timeoutMs: 190_000 });
    await using system = await openSystem();
    const after = await eventually(() => system.submit({ n: 1_000 }), { timeoutMs: 60_000 });
    const accepted = Date.now();
    const statuses = new Map<string, number>();
    for (const task of [...tasks, after]) {
      const { status } = await system.ended(task, 180_000);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    figure(
      'the node is back',
      `a task accepted after ${seconds(accepted - back)}, all ${tasks.length} done after ${seconds(Date.now() - back)}`,
    );
    expect(Object.fromEntries(statuses)).toEqual({ done: tasks.length + 1 });
    await autoscalersComplete();
  });
});
