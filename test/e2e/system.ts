import { randomUUID } from 'node:crypto';
import {
  TASK_QUEUE,
  TaskSummarySchema,
  TaskViewSchema,
  countersKey,
  hasEnded,
  type JobData,
  type JobResult,
  type TaskSummary,
  type TaskView,
} from '@primes/contracts';
import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { registryKey } from '@primes/service-kit';
import { eventually, startRedis, startService, type ServiceName, type ServiceProcess } from '@primes/testing';
import { Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';

export type System = Awaited<ReturnType<typeof startSystem>>;
type Environment = Record<string, string>;

/** How the queues and the store are called where nobody names them. */
const QUEUE_PREFIX = 'bull';

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
  const keys = new StoreKeys();
  const leases = new SegmentLeases(redis);
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
    store: new PrimeStore(redis),
    startWorkers: (count: number, own: Environment = {}) =>
      Promise.all(Array.from({ length: count }, () => start('worker', own))),

    post: (body: object) =>
      fetch(`${api.url}/tasks`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      }),
    /** Submits a task that must be accepted. */
    async submit(body: { n: number; [option: string]: unknown }): Promise<TaskSummary> {
      const response = await this.post(body);
      const answer: unknown = await response.json();
      if (response.status !== 202) throw new Error(`POST /tasks: ${JSON.stringify(answer)}`);
      return TaskSummarySchema.parse(answer);
    },
    async view(id: string, query = 'limit=0'): Promise<TaskView> {
      const response = await fetch(`${api.url}/tasks/${id}?${query}`, {
        signal: AbortSignal.timeout(70_000),
      });
      const answer: unknown = await response.json();
      if (response.status !== 200) throw new Error(`GET /tasks/${id}: ${JSON.stringify(answer)}`);
      return TaskViewSchema.parse(answer);
    },
    async ended({ request_id: id }: { request_id: string }, timeoutMs = 60_000): Promise<TaskView> {
      return eventually(
        async () => {
          const view = await this.view(id, 'limit=0&wait=10');
          if (!hasEnded(view.status)) throw new Error(`Task ${id} is ${view.status}`);
          return view;
        },
        { timeoutMs },
      );
    },
    async job({ request_id: id }: { request_id: string }): Promise<Job<JobData, JobResult>> {
      const job = await Job.fromId<JobData, JobResult>(queue, id);
      if (!job) throw new Error(`There is no job ${id}`);
      return job;
    },
    counters: () => redis.hgetall(countersKey(QUEUE_PREFIX)),
    /** Segments in the manifest. */
    stored: () => redis.hlen(keys.manifest),
    /** Resolves once so many segments are stored: work is under way. */
    async storedAtLeast(segments: number): Promise<void> {
      await eventually(
        async () => {
          const stored = await redis.hlen(keys.manifest);
          if (stored < segments) throw new Error(`${stored} of ${segments} segments`);
        },
        { timeoutMs: 30_000, intervalMs: 5 },
      );
    },
    /** Keeps workers from the segments `from`…`to`, until the returned function is called. */
    async hold(from: number, to = from): Promise<() => Promise<void>> {
      const owner = randomUUID();
      const segments = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      const { claimed } = await leases.claim(segments, { owner, ttlMs: 600_000, most: segments.length });
      if (claimed.length < segments.length) throw new Error(`Some of ${from}…${to} are not free`);
      return () => leases.release(segments, owner);
    },
    /** A counter in the registry that a process has published last; it outlives the process by half a minute. */
    async published(metric: string, { pid }: ServiceProcess): Promise<number> {
      const instances = await redis.keys(registryKey(QUEUE_PREFIX, `*-${pid}`));
      const text = instances[0] === undefined ? null : await redis.get(instances[0]);
      const metrics = JSON.parse(text ?? '[]') as { name: string; values: { value: number }[] }[];
      const values = metrics.find(({ name }) => name === metric)?.values;
      if (!values) throw new Error(`Process ${pid} has published no ${metric}`);
      return sum(values.map(({ value }) => value));
    },
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
