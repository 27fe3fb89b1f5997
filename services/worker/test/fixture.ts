import { randomUUID } from 'node:crypto';
import {
  COMPUTE_JOB,
  JOB_VERSION,
  cancelChannel,
  type JobData,
  type JobReturnValue,
  type JobType,
  type TaskRunnerFactory,
  type TaskSpec,
} from '@primes/contracts';
import { eventually, taskCounters, testRedisUrl, uniquePrefix } from '@primes/testing';
import { echo, type EchoInput, type EchoResult } from '@primes/testing/echo';
import { release, runner } from '@primes/testing/echo/run';
import { Job, Queue, QueueEvents, type JobsOptions } from 'bullmq';
import { Redis } from 'ioredis';

export type TaskJob<Result = EchoResult> = Job<JobData, JobReturnValue<Result>>;
export type Fixture = Awaited<ReturnType<typeof openFixture>>;

/** The job that the workers of a test run. */
export interface Runs<Result> {
  readonly type: JobType<object>;
  readonly runner: TaskRunnerFactory<object, Result>;
  /** Environment variables of its workers. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A queue with its own prefix, and the operations of an api. */
export async function openQueue<Result>(runs: Runs<Result>, url: string) {
  const { name } = runs.type;
  const prefix = uniquePrefix();
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  // Tests stop Redis on purpose.
  redis.on('error', () => undefined);
  const queue = new Queue<JobData, JobReturnValue<Result>>(name, { connection: redis, prefix });
  queue.on('error', () => undefined);
  await queue.waitUntilReady();
  const workers = new Set<{ hasLogged(job: Identified): Promise<unknown> }>();

  const fixture = {
    url,
    prefix,
    /** Environment variables of services that use this queue. */
    env: { REDIS_URL: url, QUEUE_PREFIX: prefix, STORE_PREFIX: prefix },
    runs,
    redis,
    queue,
    /** Adds a task as the api does; `options` override those of the api. */
    async add(task: object, options: JobsOptions = {}): Promise<TaskJob<Result>> {
      const data = dataOf(task);
      return queue.add(COMPUTE_JOB, data, { ...AS_THE_API, priority: data.task.priority, ...options });
    },
    async job(id: string): Promise<TaskJob<Result>> {
      const job = (await Job.fromId(queue, id)) as TaskJob<Result> | undefined;
      if (!job) throw new Error(`Job ${id} does not exist`);
      return job;
    },
    /** Waits until the job has ended, and returns it. */
    async finished({ id = '' }: Identified, timeoutMs = 20_000): Promise<TaskJob<Result>> {
      return eventually(
        async () => {
          const job = await fixture.job(id);
          if (job.finishedOn === undefined) throw new Error(`Job ${id} has not ended`);
          return job;
        },
        { timeoutMs },
      );
    },
    /** The same, and waits until the worker that ended it has logged and counted that. */
    async ended(job: Identified, timeoutMs = 20_000): Promise<TaskJob<Result>> {
      const finished = await fixture.finished(job, timeoutMs);
      if (workers.size > 0)
        await eventually(() => Promise.any([...workers].map((worker) => worker.hasLogged(job))));
      return finished;
    },
    /** Workers in this process, for `ended`. */
    workers,
    /** Cancels as DELETE does; with `announced: false` as if Redis had lost the message. */
    async cancel(job: Job<JobData>, { announced = true } = {}): Promise<void> {
      await job.updateData({ ...job.data, cancelledAt: Date.now() });
      if (announced) await redis.publish(cancelChannel(prefix, name), job.id ?? '');
    },
    counters: () => taskCounters(redis, prefix, name),
    async [Symbol.asyncDispose]() {
      // A Redis of the test may be stopped, and is removed with its keys.
      if (url === testRedisUrl()) {
        const own = await redis.keys(`${prefix}*`);
        if (own.length > 0) await redis.unlink(own);
      }
      await queue.close();
      redis.disconnect();
    },
  };
  return fixture;
}

/** A queue of the echo job. */
export async function openFixture({ url = testRedisUrl() } = {}) {
  const opened = await openQueue<EchoResult>(ECHO, url);
  return {
    ...opened,
    /** Adds a task that ends at once, or after `release` if it is held. */
    add: ({ held = false, ...task }: Echo = {}, options: JobsOptions = {}) =>
      opened.add({ ...ECHO_DEFAULTS, ...task, hold: held ? HOLD : '' }, options),
    /** Lets all held tasks end. `redis` has the data of the job. */
    release: (redis = opened.redis) => release(redis, opened.prefix, HOLD),
  };
}

/** A task with this `hold` runs until the test releases it. */
export const HOLD = 'held';

// The type and the runner belong to one job, which the types do not express.
const ECHO = { type: echo, runner } as Runs<EchoResult>;
const ECHO_DEFAULTS = { text: '', steps: 1, step_ms: 0, throws: 0, kill: false };
type Echo = Partial<
  Omit<EchoInput, 'hold'> & Pick<TaskSpec, 'priority' | 'timeoutSeconds' | 'queueTimeoutSeconds'>
> & {
  readonly held?: boolean;
};
type Identified = { readonly id?: string | undefined };

/** The api's backoff of a second would be long for a test. */
const AS_THE_API: JobsOptions = { attempts: 3, backoff: { type: 'exponential', delay: 10 } };

/** The data of a task of the echo job as the api writes it. */
export function echoData(task: Partial<Record<keyof EchoInput, unknown>> = {}): JobData {
  return dataOf({ ...ECHO_DEFAULTS, hold: '', ...task });
}

/** The data of a task as the api writes it. */
export function dataOf(task: object): JobData {
  return {
    version: JOB_VERSION,
    task: { timeoutSeconds: 600, priority: 0, callbackUrl: null, ...task },
    submission: randomUUID(),
    requestId: `request-${randomUUID()}`,
    traceparent: `00-${randomUUID().replaceAll('-', '')}-0123456789abcdef-00`,
  };
}

/** Records the events of the queue from now on. */
export async function openEvents(fixture: Pick<Fixture, 'url' | 'prefix' | 'queue'>) {
  const redis = new Redis(fixture.url, { maxRetriesPerRequest: null });
  const events = new QueueEvents(fixture.queue.name, { connection: redis, prefix: fixture.prefix });
  await events.waitUntilReady();
  const seen: { event: 'active' | 'progress' | 'completed' | 'delayed' | 'failed'; jobId: string }[] = [];
  for (const event of ['active', 'progress', 'completed', 'delayed', 'failed'] as const) {
    events.on(event, ({ jobId }: { jobId: string }) => {
      seen.push({ event, jobId });
    });
  }
  return {
    /** The number of events of a job so far. */
    count: (event: (typeof seen)[number]['event'], job: Identified) =>
      seen.filter((each) => each.event === event && each.jobId === job.id).length,
    async [Symbol.asyncDispose]() {
      await events.close();
      redis.disconnect();
    },
  };
}
