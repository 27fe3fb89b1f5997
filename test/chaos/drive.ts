import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@primes/testing';
import { createClients } from './clients.ts';
import { FAULTS } from './faults/index.ts';
import { only, type History } from './history.ts';
import type { ManagedProcess } from './managed-process.ts';
import { observe } from './observer.ts';
import { randomFrom } from './random.ts';
import { Recorder } from './recorder.ts';
import { resourceOf, type Fault } from './schedule.ts';
import type { Subject } from './subject.ts';
import { createSystem, type ChaosSystem } from './system.ts';

export interface RunOptions {
  readonly seed: number;
  readonly schedule: readonly Fault[];
  readonly subject: Subject;
  /** How long tasks may take to end after the last fault. */
  readonly settleMs?: number;
  /** Where the history is written too. */
  readonly file?: string | undefined;
  readonly preload?: readonly string[] | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly signal?: AbortSignal;
}

/** Submissions. */
const PER_SECOND = 8;
/** A busy machine may take several times the documented 60 s. */
const SETTLE_MS = 120_000;

/** Loads a system, injects the faults of a schedule, waits until everything has settled, and returns the history. */
export async function drive(options: RunOptions): Promise<History> {
  const { seed, subject, file, signal = new AbortController().signal, preload, env } = options;
  await using recorder = new Recorder(file);
  recorder.record({ type: 'run', seed, system: subject.name });
  await using system = await createSystem({ subject, recorder, preload, env });
  // Then everything that the system consists of ends.
  const interrupted = once(signal, 'abort').then(() => {
    signal.throwIfAborted();
  });
  await Promise.race([run(system, recorder, options), interrupted]);
  return recorder.history;
}

async function run(system: ChaosSystem, recorder: Recorder, options: RunOptions): Promise<void> {
  const { seed, schedule, subject, settleMs = SETTLE_MS } = options;
  await system.start();
  const observer = observe(system, subject, recorder);
  const clients = createClients({ system, subject, recorder, random: randomFrom(seed) });
  const stop = clients.start(PER_SECOND);
  const start = performance.now();
  const until = (seconds: number) => delay(Math.max(0, seconds * 1_000 - (performance.now() - start)));

  await until(schedule[0]?.at ?? 0);
  observer.recordResources('before');
  const last = new Map<string, Promise<void>>();
  const faults = schedule
    .filter(({ target }) => isPart(system, target))
    .map(async (fault) => {
      await until(fault.at);
      const resource = resourceOf(fault);
      // Undoing the previous one can take longer than the schedule assumes.
      const injected = (last.get(resource) ?? Promise.resolve()).then(() => inject(system, recorder, fault));
      last.set(resource, injected);
      await injected;
    });
  await Promise.all(faults);
  recorder.record({ type: 'calm' });

  await Promise.all(
    system.processes.map((process) => probe(process, { recorder, clients, timeoutMs: settleMs })),
  );
  await stop();
  await clients.settle(settleMs);
  await webhooksArrive(recorder, settleMs);
  await observer.finish();
  await observer.recordFinalResources();
}

/** A smaller system has not all processes. */
function isPart(system: ChaosSystem, target: string): boolean {
  const isProcess = /^(api|worker|gateway)/.test(target);
  return !isProcess || system.processes.some(({ name }) => name === target);
}

async function inject(system: ChaosSystem, recorder: Recorder, fault: Fault): Promise<void> {
  const { number, kind, target, seconds } = fault;
  recorder.record({ type: 'fault', phase: 'begin', number, kind, target });
  const undo = await FAULTS[kind](system, target);
  await delay(seconds * 1_000);
  await undo();
  recorder.record({ type: 'fault', phase: 'end', number, kind, target });
}

/** Waits until the webhook of each accepted task has arrived, or the deadline. */
async function webhooksArrive(recorder: Recorder, timeoutMs: number): Promise<void> {
  const due = only(recorder.history, 'submit').filter(
    ({ callback, http }) => callback && http?.status === 202,
  );
  await eventually(
    () => {
      const arrived = new Set(
        only(recorder.history, 'webhook').flatMap(({ id, accepted }) => (accepted ? [id] : [])),
      );
      if (due.some(({ id = '' }) => !arrived.has(id))) throw new Error('A webhook has not arrived');
    },
    { timeoutMs, intervalMs: 200 },
  ).catch(() => undefined);
}

interface ProbeOptions {
  readonly recorder: Recorder;
  readonly clients: ReturnType<typeof createClients>;
  readonly timeoutMs: number;
}

/** Whether a process works: an api accepts a task, a worker picks one up, the gateway is healthy; and all are ready. */
async function probe(
  { name, current }: ManagedProcess,
  { recorder, clients, timeoutMs }: ProbeOptions,
): Promise<void> {
  const since = recorder.now();
  const works = async () => {
    if (name === 'api-1' || name === 'api-2') return clients.probe(name);
    if (name !== 'gateway')
      return only(recorder.history, 'pick-up').some(({ at, process }) => process === name && at > since);
    const response = await fetch(`${current?.url}/api/metrics/health`);
    return response.ok && ((await response.json()) as { status: string }).status === 'healthy';
  };
  const working = await eventually(
    async () => {
      if (!(await works())) throw new Error(`${name} does not work`);
    },
    { timeoutMs, intervalMs: 500 },
  ).then(
    () => true,
    () => false,
  );
  recorder.record({ type: 'probe', process: name, working });
}
