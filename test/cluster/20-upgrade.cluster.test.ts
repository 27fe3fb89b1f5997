import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPUTE_JOB } from '@primes/contracts';
import { checkOut, eventually, previousVersion, type Revision } from '@primes/testing';
import { VERSION } from '../../dev/generate/version.ts';
import { buildRevisionImages } from '../images/build.ts';
import { provide } from '../images/provide.ts';
import { isRejection, outageOf, problemsOf, startClients, type Clients, type Turn } from './clients.ts';
import { figure, seconds } from './figures.ts';
import { CHART, QUICK, RELEASE, helm, merge, type Values } from './helm.ts';
import { list } from './kubectl.ts';
import { RECEIVER_URL, SENDS_WEBHOOKS, applyReceiver, deliveries } from './receiver.ts';
import { openSystem, type ClusterSystem } from './system.ts';

/** What the clients submit, in turn: small and large tasks, some of which compute everything again. */
const BODIES = [
  { n: 1_000 },
  { n: 10_000_000, fresh: true },
  { n: 100_000, priority: 3 },
  { n: 1_000, callback_url: RECEIVER_URL },
  { n: 1_000_000, fresh: true, priority: 1 },
  { n: 10_000_000 },
];
/** Run while the release changes: one takes a second of two cores. */
const LONG = Array.from({ length: 4 }, () => ({ n: 100_000_000, fresh: true, priority: 9 }));
/** Milliseconds after which a task that waits for its retry is due: after the change of the release. */
const RETRY_MS = 60_000;
/** Tasks to see done before and after each change. */
const ENOUGH = 30;
const UPGRADE_MS = 300_000;

/** More pods than this would only share two cores. */
const VALUES = [QUICK, SENDS_WEBHOOKS, { scaling: { maxReplicas: 3 } }].reduce(merge);
/** A value that the previous version had under another name. */
const RENAMED: Values = { config: { api: { MAX_N: 100_000_000 } } };

let previous: Revision;
let previousChart: string;

beforeAll(async () => {
  previous = await checkOut(await previousVersion());
  await provide(await buildRevisionImages(previous));
  const { root, commit } = previous;
  // As if it had been released: its images have the chart's own version.
  const versions = ['--version', '0.0.1', '--app-version', commit];
  await helm(['package', join(root, 'charts', 'primes'), ...versions, '--destination', root]);
  previousChart = join(root, 'primes-0.0.1.tgz');
});
// If the previous version does not exist here, there is nothing to remove.
afterAll(() => (previous as Revision | undefined)?.[Symbol.asyncDispose]());

/** Upgrades to a chart, with further values. */
async function upgrade(chart: string, options: readonly string[], values: Values = {}): Promise<void> {
  const input = JSON.stringify(values);
  await helm(
    ['upgrade', RELEASE, chart, '--install', '--wait', '--timeout', '4m', '--values', '-', ...options],
    {
      input,
      timeoutMs: UPGRADE_MS,
    },
  );
}

/** Adds the job of a task that waits for a retry, and returns its id. */
async function addDelayed(system: ClusterSystem): Promise<string> {
  const { request_id } = await system.submit({ n: 1_000 });
  const { data, opts } = await system.job({ request_id });
  const jobId = randomUUID();
  await system.queue.add(COMPUTE_JOB, data, { ...opts, jobId, delay: RETRY_MS });
  return jobId;
}

/** Changes the release under load with a helm command, and returns the ids of tasks that were in flight. */
async function change(clients: Clients, command: string, act: () => Promise<void>): Promise<string[]> {
  await using system = await openSystem();
  const delayed = await addDelayed(system);
  const long = await Promise.all(LONG.map((body) => system.submit(body)));
  const start = Date.now();
  await act();
  figure(`helm ${command} --wait under load`, seconds(Date.now() - start));
  await clients.turns(ENOUGH);
  return [delayed, ...long.map(({ request_id }) => request_id)];
}

/** The versions of the api's pods, including terminating ones. */
async function apiVersions(): Promise<Set<string | undefined>> {
  const pods = await list('pods', 'app.kubernetes.io/instance=primes,app.kubernetes.io/component=api');
  return new Set(pods.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/version']));
}

/** Waits until no api of another version answers. */
async function onlyVersion(version: string): Promise<void> {
  await eventually(
    async () => {
      expect(await apiVersions()).toEqual(new Set([version]));
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
}

/** What the api says that is wrong with tasks that were in flight, and those of the clients. */
async function problemsIn(inFlight: readonly string[], turns: readonly Turn[]): Promise<string[]> {
  await using system = await openSystem();
  for (const id of inFlight) expect((await system.ended({ request_id: id }, 180_000)).status).toBe('done');
  return await problemsOf(turns, system);
}

describe('an upgrade from the previous version and a rollback, under load', () => {
  it('lose no task, and only reject requests while Redis is replaced', async () => {
    await upgrade(previousChart, ['--reset-values'], merge(VALUES, RENAMED));
    await applyReceiver(1);
    await using clients = await startClients(BODIES);
    await clients.turns(ENOUGH);
    expect(await apiVersions()).toEqual(new Set([previous.commit]));

    // As docs/operations.md says: a renamed value is rejected by its name, and removed by null.
    const reuse = '--reset-then-reuse-values';
    await expect(upgrade(CHART, [reuse])).rejects.toThrow("additional properties 'MAX_N' not allowed");
    const renamed = ['--set', 'config.api.MAX_N=null', '--set', 'job.env.api.MAX_N=100000000'];
    const inFlight = await change(clients, 'upgrade', () => upgrade(CHART, [reuse, ...renamed]));
    await onlyVersion(VERSION);
    const upgraded = await clients.report();
    expect(await problemsIn(inFlight, upgraded.turns)).toEqual([]);

    const back = await change(clients, 'rollback', async () => {
      await helm(['rollback', RELEASE, '--wait', '--timeout', '4m'], { timeoutMs: UPGRADE_MS });
    });
    await onlyVersion(previous.commit);
    const { turns, failures } = await clients.report();
    expect(await problemsIn([...inFlight, ...back], turns)).toEqual([]);
    await eventually(
      async () => {
        const delivered = new Set(
          (await deliveries()).filter(({ verified }) => verified).map(({ task }) => task.request_id),
        );
        expect(turns.filter(({ task, webhook }) => webhook && !delivered.has(task))).toEqual([]);
      },
      { timeoutMs: 120_000, intervalMs: 1_000 },
    );

    const atUpgrade = outageOf(upgraded.failures);
    const atRollback = outageOf(failures.slice(upgraded.failures.length));
    figure('tasks during an upgrade and a rollback', `${turns.length}, none lost`);
    figure('503 during the upgrade', `${seconds(atUpgrade.ms)} (${atUpgrade.requests} requests)`);
    figure('503 during the rollback', `${seconds(atRollback.ms)} (${atRollback.requests} requests)`);
    expect(failures.filter((failure) => !isRejection(failure))).toEqual([]);
  });
});
