import { setTimeout as delay } from 'node:timers/promises';
import { primes } from '@primes/primes';
import { eventually } from '@primes/testing';
import { expect } from '@jest/globals';
import type { Redis } from 'ioredis';
import { primesClient } from '../primes/task-client.ts';
import { LOST, startWholeSystem } from '../support/whole-system.ts';
import { ENGINES, watchPromotion, type Engine, type EngineName } from './engines.ts';
import { judge } from './judge.ts';
import { startLoad, type Acknowledged, type Load } from './load.ts';

/** What reduces the loss: options of redis-server, and variables of the api. */
export const SETTINGS = {
  asynchronous: { args: [], env: {} },
  // Below the 3 s after which a primary is replaced.
  'min-replicas-to-write 1': {
    args: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '2'],
    env: {},
  },
  'WAIT 1': { args: [], env: { REDIS_WAIT_REPLICAS: '1' } },
};
export type SettingName = keyof typeof SETTINGS;

/** Stored results are the tasks that are cached. */
export const PRIMES = { program: {}, input: { n: 100 }, client: primesClient };

/** A replica that was away for some seconds receives only what it has missed: the default of 1 MiB is too short. */
const BACKLOG = ['--repl-backlog-size', '64mb'];

/** How long a fault lasts after another server serves, so that clients of the former primary show. */
const FAULT_MS = 2_000;
/** Submissions succeed again if none has failed for so long. */
const SETTLED_MS = 1_000;
/** A busy machine may take several times as long as documented. */
const PATIENCE = { timeoutMs: 120_000, intervalMs: 100 };

export interface Failover {
  readonly fault: string;
  /** Milliseconds from the fault to the first 202 after the last 503. */
  readonly acceptedMs: number;
  /** Milliseconds from the fault to the first start of such a task. */
  readonly startedMs: number;
  /** Acknowledged since the end of the previous fault. */
  readonly acknowledged: number;
  /** Lost ones that were acknowledged before, and after, another server was promoted. */
  readonly lost: { readonly before: number; readonly after: number };
  readonly uncancelled: number;
}

export interface RunOptions {
  readonly engine: EngineName;
  readonly setting: SettingName;
  readonly failovers: number;
}

type System = Awaited<ReturnType<typeof startWholeSystem>>;

/**
 * Fails over under load, with each fault in turn. Expects that afterwards every task that is not lost has ended, its
 * webhook has arrived, the queues are empty, no process has restarted, and readiness and metrics are right.
 */
export async function run({ engine: name, setting, failovers }: RunOptions): Promise<Failover[]> {
  const { args, env } = SETTINGS[setting];
  await using engine = await ENGINES[name]([...BACKLOG, ...args]);
  await using system = await startWholeSystem({ ...engine.env, ...env }, PRIMES);
  await system.works('before');
  const load = startLoad({ url: system.api.url, receiver: system.receiver.url });
  const faults = Object.keys(engine.faults);
  const measured: Failover[] = [];
  const kept: Acknowledged[] = [];
  let judged = 0;
  try {
    for (let turn = 0; turn < failovers; turn++) {
      const fault = faults[turn % faults.length] ?? '';
      const { failover, tasks } = await failOver({ engine, system, load }, fault, judged);
      measured.push(failover);
      judged += failover.acknowledged;
      kept.push(...tasks);
      process.stdout.write(`    ${name}, ${setting}: ${JSON.stringify(failover)}\n`);
    }
  } finally {
    await load.stop();
  }
  await expectAftermath({ engine, system, load }, kept);
  return measured;
}

interface Parts {
  readonly engine: Engine;
  readonly system: System;
  readonly load: Load;
}

/** `judged` is the number of acknowledged tasks that were judged before. */
async function failOver({ engine, system, load }: Parts, fault: string, judged: number) {
  await engine.redundant();
  const promotion = watchPromotion(await engine.replicas());
  const at = Date.now();
  const heal = await engine.faults[fault]?.();
  await delay(FAULT_MS);
  promotion.stop();
  await heal?.();
  await engine.redundant();
  await eventually(() => {
    const [rejectedAt, acceptedAt] = [load.rejections.at(-1) ?? 0, load.acknowledged.at(-1)?.at ?? 0];
    if (acceptedAt < rejectedAt + SETTLED_MS) throw new Error('Submissions are rejected');
  }, PATIENCE);

  const tasks = load.acknowledged.slice(judged);
  const lastRejection = Math.max(at, load.rejections.at(-1) ?? 0);
  const verdict = await judge(system.api.url, tasks);
  expect(verdict.stuck).toEqual([]);
  const accepted = tasks.filter((task) => task.at > lastRejection && !verdict.lost.includes(task));
  const started = accepted
    .flatMap((task) => verdict.startedAt.get(task) ?? [])
    // A repeated submission may have been executed the first time.
    .filter((time) => time > lastRejection);
  const after = verdict.lost.filter((task) => task.at >= (promotion.at ?? Infinity)).length;
  const failover: Failover = {
    fault,
    acceptedMs: Math.min(...accepted.map((task) => task.at)) - at,
    startedMs: Math.min(...started) - at,
    acknowledged: tasks.length,
    lost: { before: verdict.lost.length - after, after },
    uncancelled: verdict.uncancelled.length,
  };
  return { failover, tasks: tasks.filter((task) => !verdict.lost.includes(task)) };
}

async function expectAftermath(
  { engine, system, load }: Parts,
  kept: readonly Acknowledged[],
): Promise<void> {
  expect(load.unexpected).toEqual([]);
  await system.recovers(10_000, LOST);
  const prefix = engine.env['QUEUE_PREFIX'] ?? 'bull';
  const primary = await engine.primary();
  await eventually(async () => {
    expect(await unfinished(primary, prefix)).toEqual({});
    const missing = kept.flatMap(({ webhook = [] }) => webhook).filter((path) => !system.delivered.has(path));
    expect(missing).toEqual([]);
  }, PATIENCE);
  // A later failover has lost none of them.
  const keys = kept.map(({ id }) => `${prefix}:${primes.name}:${id}`);
  expect(await primary.exists(...keys)).toBe(new Set(keys).size);
  const submitted = /^prime_task_submissions_total\{status="started".*\} (\d+)$/m;
  const metrics = await (await fetch(`${system.api.url}/metrics`)).text();
  // works() has submitted one too.
  expect(Number(submitted.exec(metrics)?.[1])).toBe(load.created() + 1);
  await eventually(async () => {
    const sampled: unknown = await (await fetch(`${system.gateway.url}/api/metrics/all`)).json();
    expect(sampled).toMatchObject({
      health: { status: 'healthy' },
      task_stats: { pending: 0, processing: 0 },
      redis_stats: { connected: true },
    });
  }, PATIENCE);
  await system.works('after');
}

/** The number of jobs in each state that is not an end, except for 0. */
async function unfinished(primary: Redis, prefix: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const queue of [primes.name, 'webhooks']) {
    const key = (state: string) => `${prefix}:${queue}:${state}`;
    for (const state of ['wait', 'active']) counts[key(state)] = await primary.llen(key(state));
    for (const state of ['prioritized', 'delayed', 'waiting-children'])
      counts[key(state)] = await primary.zcard(key(state));
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
