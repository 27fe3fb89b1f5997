import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { run } from '../../dev/command.ts';
import { load } from '../support/load.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, RELEASE, helm, install, upgrade, type Values } from './helm.ts';
import { apply, get, kubectl } from './kubectl.ts';
import { EXPANDABLE, addExpandableStorageClass } from './storage-class.ts';
import { openSystem, type ClusterSystem } from './system.ts';

const BACKUP = 'primes-redis-backup';
const JOB = 'snapshot-under-load';
const VOLUME = 'data-primes-redis-queue-0';
const POD = 'primes-redis-queue-0';
const LOAD = { clients: 3, inputs: [{ n: 1_000 }], pauseMs: 20 };
/** Accepted before the snapshot, and after it. */
const TASKS = 50;

function values(backup: Values, size = '2Gi'): readonly Values[] {
  const persistence = { storageClass: EXPANDABLE, size };
  return [QUICK, { backup: { enabled: true, ...backup }, redis: { queue: { persistence } } }];
}

/** Uninstalls the release and deletes the volume of the queue, as if the cluster were lost. */
async function removeRelease(): Promise<void> {
  await helm(['uninstall', RELEASE, '--ignore-not-found', '--wait', '--timeout', '3m'], {
    timeoutMs: 200_000,
  });
  await kubectl(['delete', 'persistentvolumeclaim', VOLUME, '--ignore-not-found'], { timeoutMs: 120_000 });
}

/** Waits for a Job of the backup, and returns the name and the size of its snapshot. */
async function snapshotOf(job: string): Promise<{ readonly name: string; readonly bytes: number }> {
  await kubectl(['wait', `job/${job}`, '--for=condition=complete', '--timeout=120s'], { timeoutMs: 150_000 });
  const log = await kubectl(['logs', `job/${job}`]);
  const [, name = '', bytes] = /Snapshot (\S+) has (\d+) bytes/.exec(log) ?? [];
  return { name, bytes: Number(bytes) };
}

/** Submits a task with a key, and expects this status. */
async function submitKeyed({ api }: ClusterSystem, status: number): Promise<{ request_id: string }> {
  const response = await fetch(`${api}/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'order-1' },
    body: '{"n": 10}',
  });
  expect(response.status).toBe(status);
  return (await response.json()) as { request_id: string };
}

/** Runs tasks under load while the CronJob's snapshot is taken, and some after it. */
async function runTasks() {
  await using system = await openSystem();
  const keyed = await submitKeyed(system, 202);
  await system.ended(keyed, 120_000);
  // This task runs until its worker is lost: the test holds a segment that only it needs.
  await system.hold(3);
  const active = await system.submit({ n: 1_000_000 });
  await eventually(async () => {
    expect(await (await system.job(active)).getState()).toBe('active');
  });
  const clients = load(system, LOAD);
  const acceptedSince = (start: number) => () => {
    expect(clients.accepted.filter(({ at }) => at >= start).length).toBeGreaterThan(TASKS);
  };
  await eventually(acceptedSince(0), { timeoutMs: 60_000 });
  const started = Date.now();
  await kubectl(['create', 'job', JOB, `--from=cronjob/${BACKUP}`]);
  const snapshot = await snapshotOf(JOB);
  const ended = Date.now();
  await eventually(acceptedSince(ended), { timeoutMs: 60_000 });
  await clients.stop();
  expect(clients.rejections).toEqual([]);
  const { accepted } = clients;
  return {
    snapshot,
    took: ended - started,
    keyed,
    before: [active, ...accepted.filter(({ at }) => at < started)],
    after: accepted.filter(({ at }) => at > ended),
  };
}

describe('the queue, restored from a snapshot into an empty cluster', () => {
  let storage: AsyncDisposable;
  let restore = '';

  beforeAll(async () => {
    storage = await addExpandableStorageClass();
    await removeRelease();
    await install(...values({}));
  });

  afterAll(async () => {
    await removeRelease();
    await kubectl(['delete', 'persistentvolumeclaim', BACKUP, '--ignore-not-found']);
    await storage[Symbol.asyncDispose]();
  });

  it('has every task that is older than the snapshot, and runs each once', async () => {
    const { snapshot, took, keyed, before, after } = await runTasks();
    figure('snapshot under load', `${seconds(took)} with its pod, ${snapshot.bytes} bytes`);
    const secret = await get('secret', 'primes');
    await removeRelease();
    restore = snapshot.name;
    const lost = Date.now();
    const { name, labels, annotations } = secret.metadata;
    await apply({ ...secret, metadata: { name, labels, annotations } });
    await upgrade(...values({ restore }));
    figure('restored into an empty namespace', seconds(Date.now() - lost));
    await using system = await openSystem();
    expect(await submitKeyed(system, 200)).toMatchObject({ request_id: keyed.request_id });
    for (const task of before) expect((await system.ended(task, 240_000)).status).toBe('done');
    for (const { request_id: id } of after)
      expect((await fetch(`${system.api}/tasks/${id}`)).status).toBe(404);
    figure(
      'restored tasks',
      `all ${before.length} from before the snapshot, none of ${after.length} after it`,
    );
    // Including those that were submitted meanwhile. A task that ran twice would be counted twice.
    await eventually(async () => {
      const { waiting, active, completed } = await system.queue.getJobCounts(
        'waiting',
        'active',
        'completed',
      );
      const counted = Number((await system.counters())['completed']);
      expect({ waiting, active, counted }).toEqual({ waiting: 0, active: 0, counted: completed });
    });
  });

  it('gets a larger volume by the commands that the chart names, without a restart', async () => {
    const { uid } = (await get('pod', POD)).metadata;
    const grow = () => upgrade(...values({ restore }, '3Gi'));
    const message: unknown = await grow().catch((error: unknown) => (error as Error).message);
    const [, patch = '', remove = ''] =
      /: run (kubectl .*) and (kubectl .*), then/.exec(String(message)) ?? [];
    expect(patch).toContain('3Gi');
    for (const command of [patch, remove]) await run(['bash', '-c', command]);
    await grow();
    expect((await get('persistentvolumeclaim', VOLUME)).spec).toMatchObject({
      resources: { requests: { storage: '3Gi' } },
    });
    expect((await get('pod', POD)).metadata.uid).toBe(uid);
    await using system = await openSystem();
    expect((await system.ended(await system.submit({ n: 10 }), 240_000)).status).toBe('done');
  });
});
