import { TASK_QUEUE, type JobData, type JobResult } from '@primes/contracts';
import { startRedis, startService, type ServiceName, type ServiceProcess } from '@primes/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { behind } from '../support/behind.ts';
import { taskClient } from '../support/task-client.ts';

export type System = Awaited<ReturnType<typeof startSystem>>;
type Environment = Record<string, string>;

/**
 * A Redis as production runs it (every write on disk before it is acknowledged), an api, and what a test needs to look
 * behind it. Workers are started by the tests. All of it ends with the system, the last started first.
 */
export async function startSystem(env: Environment = {}) {
  // Disposed of here if the start fails half-way, else with the system.
  await using building = new AsyncDisposableStack();
  let parts = building;
  const redisServer = building.use(await startRedis({ appendonly: true }));
  const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
  // Tests that stop Redis mean it.
  redis.on('error', () => undefined);
  building.defer(() => {
    redis.disconnect();
  });
  const queue = new Queue<JobData, JobResult>(TASK_QUEUE, { connection: redis });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  let api = await start('api');
  const look = behind({ redis, storeRedis: redis, queue });
  parts = building.move();

  async function start(service: ServiceName, own: Environment = {}): Promise<ServiceProcess> {
    return parts.use(await startService(service, { REDIS_URL: redisServer.url, ...env, ...own }));
  }

  return {
    redisServer,
    redis,
    queue,
    get api() {
      return api;
    },
    start,
    /** A new api in the place of one that was stopped. */
    async restartApi(): Promise<void> {
      api = await start('api');
    },
    startWorkers: (count: number, own: Environment = {}) =>
      Promise.all(Array.from({ length: count }, () => start('worker', own))),

    ...taskClient(() => api.url),
    ...look,
    /** A counter in the registry that a process has published last. */
    published: (name: string, { pid }: ServiceProcess) => look.published(name, `*-${pid}`),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The sum of all series of a counter or gauge in a process' /metrics. */
export async function metric(name: string, { url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
  if (values.length === 0) throw new Error(`There is no ${name}`);
  return sum(values.map(([, value]) => Number(value)));
}

/** Segments that all these processes have sieved and stored. */
export async function sieved(workers: readonly ServiceProcess[]): Promise<number> {
  return sum(await Promise.all(workers.map((worker) => metric('prime_segments_sieved_total', worker))));
}

/** What a process has logged of one task, by the times of the lines: its last ones can overtake one on its way. */
export function messages(process: ServiceProcess, task: { request_id: string }): string[] {
  return process.logs
    .filter((line) => line['task_id'] === task.request_id)
    .toSorted((a, b) => Date.parse(String(a['time'])) - Date.parse(String(b['time'])))
    .map(({ msg = '' }) => msg);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
