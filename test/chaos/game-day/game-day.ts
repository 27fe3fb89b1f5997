import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@primes/testing';
import { CliError } from '../../../dev/cli-error.ts';
import { requireCluster } from '../../cluster/context.ts';
import { shareProcesses } from '../../cluster/kill.ts';
import { NAMESPACE, kubectl } from '../../cluster/kubectl.ts';
import { openSystem } from '../../cluster/system.ts';
import { createClients } from '../clients.ts';
import { only, type EventOf, type History } from '../history.ts';
import { POD_KINDS, POD_KIND_NAMES, type PodKindName } from '../kinds.ts';
import { followEvents, recordJobs } from '../queue-events.ts';
import { randomFrom } from '../random.ts';
import { Recorder } from '../recorder.ts';
import { primes } from '../subject.ts';
import { POD_FAULTS, type Release } from './pod-faults.ts';

/** Submissions: workers of the default size run them on two cores. */
const PER_SECOND = 4;
/** Milliseconds for which a fault that has an end is active. */
const FAULT_MS = 8_000;
/** Milliseconds of load between two faults. */
const PAUSE_MS = 5_000;
const RECOVER_MS = 240_000;

export interface GameDayOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly file: string;
}

/**
 * Loads the release `primes` of a namespace, injects each fault in each round, one at a time and in random order, waits until
 * all tasks have ended, and returns the history. The release must use the Redis of its chart, whose events it reads.
 *
 * @throws {CliError} if there is no such release
 */
export async function holdGameDay({ seed, rounds, file }: GameDayOptions): Promise<History> {
  await requireCluster();
  const image = await imageOfApi();
  await using recorder = new Recorder(file);
  const random = randomFrom(seed);
  // Otherwise the kernel ignores SIGKILL from inside the pod.
  await shareProcesses(true);
  try {
    await kubectl(['rollout', 'status', 'deployment/primes-worker', '--timeout=120s'], {
      timeoutMs: 130_000,
    });
    await using system = await openSystem();
    recorder.record({ type: 'run', seed, system: `${primes.name} in ${NAMESPACE}` });
    const clients = createClients({
      system: {
        process: () => ({ current: { url: system.api } }),
        // Pods cannot reach this machine.
        receiver: undefined,
        operator: system.redis,
      },
      subject: { ...primes, processes: ['api-1'] },
      recorder,
      random,
    });
    // Not those of earlier tasks.
    const [newest] = await system.redis.xrevrange(system.queue.toKey('events'), '+', '-', 'COUNT', 1);
    const stopEvents = followEvents(system.redis, system.queue, {
      ...(newest && { from: newest[0] }),
      report(event, id) {
        if (event === 'active') recorder.record({ type: 'pick-up', process: 'worker', id });
        if (event === 'completed' || event === 'failed') recorder.record({ type: 'end', id, outcome: event });
      },
    });
    const stop = clients.start(PER_SECOND);
    try {
      await recovers(recorder);
      const release = { redis: system.redis, image, random };
      for (let round = 0, number = 0; round < rounds; round++) {
        for (const [kind, target] of random.shuffled(FAULTS))
          await inject(recorder, release, { number: ++number, kind, target });
      }
      recorder.record({ type: 'calm' });
    } finally {
      await stop();
    }
    await clients.settle(RECOVER_MS);
    await stopEvents();
    await recordJobs(system.queue, recorder);
  } finally {
    await shareProcesses(false);
  }
  return recorder.history;
}

const FAULTS = POD_KIND_NAMES.flatMap((kind) => POD_KINDS[kind].map((target) => [kind, target] as const));

type PodFault = Pick<EventOf<'fault'>, 'number' | 'target'> & { readonly kind: PodKindName };

async function inject(recorder: Recorder, release: Release, fault: PodFault): Promise<void> {
  const { kind, target } = fault;
  console.log(`${kind} ${target}`);
  recorder.record({ type: 'fault', phase: 'begin', ...fault });
  const undo = await POD_FAULTS[kind](release, target);
  if (undo) {
    await delay(FAULT_MS);
    await undo();
  }
  recorder.record({ type: 'fault', phase: 'end', ...fault });
  await recovers(recorder);
  await delay(PAUSE_MS);
}

/** Waits until a task is accepted and one is picked up, or gives up: the checker finds what does not recover. */
async function recovers(recorder: Recorder): Promise<void> {
  const since = recorder.now();
  await eventually(
    () => {
      const { history } = recorder;
      const accepted = only(history, 'submit').some(({ at, http }) => at > since && http?.status === 202);
      const pickedUp = only(history, 'pick-up').some(({ at }) => at > since);
      if (!accepted || !pickedUp) throw new Error('The release has not recovered yet');
    },
    { timeoutMs: RECOVER_MS, intervalMs: 200 },
  ).catch(() => undefined);
}

async function imageOfApi(): Promise<string> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}';
  return kubectl(['get', 'deployment', 'primes-api', '--output', path]).catch((error: unknown) => {
    throw new CliError(`There is no release \`primes\` in the namespace ${NAMESPACE}`, { cause: error });
  });
}
