import { startService, type ServiceName, type ServiceProcess } from '@primes/testing';
import type { Redis } from 'ioredis';
import type { EventOf } from './history.ts';
import { PROCESSES, type ProcessName } from './kinds.ts';
import type { Random } from './random.ts';

type Environment = Record<string, string>;

/** A task to submit, and how it must end. */
export interface Task {
  readonly input: object;
  readonly expected: EventOf<'submit'>['expected'];
  /** The query of GET that returns the expected result. */
  readonly query: string;
}

type View = Pick<EventOf<'read'>, 'http' | 'status' | 'result'>;

/** What is tested: the service with one of its jobs, or another one. */
export interface Subject {
  readonly name: string;
  /** BullMQ's queue. */
  readonly queue: string;
  readonly processes: readonly ProcessName[];
  start(process: ProcessName, env: Environment): Promise<ServiceProcess>;
  task(random: Random): Task;
  /** Reads a task from Redis, if there is no GET; then POST is all that there is. */
  readonly readFrom?: (redis: Redis, id: string) => Promise<View>;
}

const ROLES: Record<ProcessName, ServiceName> = {
  'api-1': 'api',
  'api-2': 'api',
  'worker-1': 'worker',
  'worker-2': 'worker',
  gateway: 'metrics-gateway',
};

/** Steps of 50 ms: most tasks end at once, some outlive a fault. On average, 8 tasks a second use 3 of 8 slots. */
const STEPS = [1, 1, 1, 1, 1, 1, 1, 1, 10, 30] as const;
const LONG = { share: 0.02, steps: 200 };
const STEP_MS = 50;
const FAILING_SHARE = 0.03;

/** The service with the echo job. */
export const echo: Subject = {
  name: 'echo',
  queue: 'echo',
  processes: PROCESSES,
  start: (process, env) => startService(ROLES[process], env, { job: 'echo' }),
  task(random) {
    const steps = random.chance(LONG.share) ? LONG.steps : random.pick(STEPS);
    const [text, query] = [`echo ${random.int(0, 2 ** 31 - 1)}`, ''];
    const input = { text, steps, step_ms: steps === 1 ? 0 : STEP_MS };
    if (random.chance(FAILING_SHARE)) {
      return {
        input: { ...input, throws: 10 },
        query,
        expected: { status: 'failed', result: null, attempts: 3 },
      };
    }
    return { input, query, expected: { status: 'done', result: { text, steps }, attempts: 1 } };
  },
};

/** Some n, and the n-th prime (OEIS A000040, A006988). */
const PRIMES: [readonly [number, number], ...(readonly [number, number])[]] = [
  [1, 2],
  [100, 541],
  [10_000, 104_729],
  [1_000_000, 15_485_863],
  [10_000_000, 179_424_673],
];

/** The service with the primes. */
export const primes: Subject = {
  name: 'primes',
  queue: 'primes',
  processes: PROCESSES,
  start: (process, env) => startService(ROLES[process], env),
  task(random) {
    const [n, last] = random.pick(PRIMES);
    return {
      input: { n, fresh: random.chance(0.1) },
      query: `offset=${n - 1}&limit=1`,
      expected: { status: 'done', result: [last], attempts: 1 },
    };
  },
};
