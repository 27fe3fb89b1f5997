import { type JobData, type JobReturnValue } from '@primes/contracts';
import { startRedis, startService, type ServiceName, type ServiceProcess } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { release } from '@primes/testing/echo/run';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { internals } from './internals.ts';
import { echoClient } from './task-client.ts';

type Environment = Record<string, string>;

const DEFAULTS: Environment = {
  // On a busy machine, a command of a healthy Redis may take seconds.
  REDIS_COMMAND_TIMEOUT_MS: '10000',
  // The start of a task is logged at this level.
  LOG_LEVEL: 'debug',
};

/**
 * A Redis as in production (every write is on disk before it is acknowledged), an api, and access to its internals.
 * Tests start workers. Disposing of the system stops everything in reverse order.
 *
 * @param type the job that its services run; default: the one that main.ts names
 */
export async function startProcesses(
  type: { readonly name: string; readonly job?: 'echo' },
  env: Environment,
) {
  // Disposed of here if the start fails, otherwise with the system.
  await using building = new AsyncDisposableStack();
  let parts = building;
  const redisServer = building.use(await startRedis({ appendonly: true }));
  const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
  // Tests stop Redis on purpose.
  redis.on('error', () => undefined);
  building.defer(() => {
    redis.disconnect();
  });
  const queue = new Queue<JobData, JobReturnValue>(type.name, { connection: redis });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  let api = await start('api');
  const look = internals({ redis, queue });
  parts = building.move();

  async function start(service: ServiceName, own: Environment = {}): Promise<ServiceProcess> {
    return parts.use(
      await startService(service, { REDIS_URL: redisServer.url, ...DEFAULTS, ...env, ...own }, type),
    );
  }

  return {
    redisServer,
    redis,
    queue,
    get api() {
      return api;
    },
    start,
    /** Starts a new api after the previous one was stopped. */
    async restartApi(): Promise<void> {
      api = await start('api');
    },
    startWorkers: (count: number, own: Environment = {}) =>
      Promise.all(Array.from({ length: count }, () => start('worker', own))),

    ...look,
    /** A counter in the last published registry of a process. */
    published: (name: string, { pid }: ServiceProcess) => look.published(name, `*-${pid}`),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The same with services that run the echo job, and a client of its api. */
export async function startSystem(env: Environment = {}) {
  const system = await startProcesses({ name: echo.name, job: 'echo' }, env);
  return Object.assign(
    system,
    echoClient(() => system.api.url),
    {
      /** Lets all tasks end whose `hold` is HOLD. */
      release: () => release(system.redis, STORE_PREFIX, HOLD),
    },
  );
}

/** A task with this `hold` runs until the test releases it. */
export const HOLD = 'held';

/** The default. */
const STORE_PREFIX = 'primes';

/** The sum of all series of a metric in a process's /metrics. */
export async function metric(name: string, { url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
  if (values.length === 0) throw new Error(`Metric ${name} does not exist`);
  return sum(values.map(([, value]) => Number(value)));
}

/** The log messages of a process about a task, by time: lines can arrive out of order. */
export function messages(process: ServiceProcess, task: { request_id: string }): string[] {
  return process.logs
    .filter((line) => line['task_id'] === task.request_id)
    .toSorted((a, b) => Date.parse(String(a['time'])) - Date.parse(String(b['time'])))
    .map(({ msg = '' }) => msg);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
