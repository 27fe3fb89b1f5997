import { randomUUID } from 'node:crypto';
import {
  COMPUTE_JOB,
  JOB_VERSION,
  TASK_QUEUE,
  cancelChannel,
  countersKey,
  type JobData,
  type JobResult,
  type TaskSpec,
} from '@primes/contracts';
import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { eventually, testRedisUrl, uniquePrefix } from '@primes/testing';
import { Job, Queue, QueueEvents, type JobsOptions } from 'bullmq';
import { Redis } from 'ioredis';

export type TaskJob = Job<JobData, JobResult>;
export type Place = Awaited<ReturnType<typeof openPlace>>;

/** A queue and a store on keys of the test's own, and what an api does with them. */
export async function openPlace({ url = testRedisUrl() } = {}) {
  const prefix = uniquePrefix();
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  // Tests that stop Redis mean it.
  redis.on('error', () => undefined);
  const queue = new Queue<JobData, JobResult>(TASK_QUEUE, { connection: redis, prefix });
  queue.on('error', () => undefined);
  await queue.waitUntilReady();
  const keys = new StoreKeys(prefix);
  const workers = new Set<{ told(job: Pick<TaskJob, 'id'>): Promise<unknown> }>();

  const place = {
    url,
    prefix,
    redis,
    queue,
    keys,
    store: new PrimeStore(redis, { prefix }),
    leases: new SegmentLeases(redis, { prefix }),
    add,
    async job(id: string): Promise<TaskJob> {
      const job = (await Job.fromId(queue, id)) as TaskJob | undefined;
      if (!job) throw new Error(`There is no job ${id}`);
      return job;
    },
    /** The job once it has ended, done or not, by whomever. */
    async finished({ id = '' }: Pick<TaskJob, 'id'>, timeoutMs = 20_000): Promise<TaskJob> {
      return eventually(
        async () => {
          const job = await place.job(id);
          if (job.finishedOn === undefined) throw new Error(`Job ${id} has not ended`);
          return job;
        },
        { timeoutMs },
      );
    },
    /** The job once it has ended, and the worker that ended it has logged and counted that. */
    async ended(job: Pick<TaskJob, 'id'>, timeoutMs = 20_000): Promise<TaskJob> {
      const finished = await place.finished(job, timeoutMs);
      if (workers.size > 0)
        await eventually(() => Promise.any([...workers].map((worker) => worker.told(job))));
      return finished;
    },
    /** Workers of this process, which `ended` waits for. */
    workers,
    /** What DELETE does; `announced: false` as if Redis had lost the message. */
    async cancel(job: TaskJob, { announced = true } = {}): Promise<void> {
      await job.updateData({ ...job.data, cancelledAt: Date.now() });
      if (announced) await redis.publish(cancelChannel(prefix), job.id ?? '');
    },
    counters: () => redis.hgetall(countersKey(prefix)),
    /** Segments in the manifest. */
    stored: () => redis.hlen(keys.manifest),
    /** Names of all leases that somebody holds. */
    heldLeases: () => redis.keys(keys.lease(0).replace(/0$/, '*')),
    /** Keeps workers from the end of tasks that need the segment, until the returned function is called. */
    async hold(segment: number): Promise<() => Promise<void>> {
      const owner = randomUUID();
      const { claimed } = await place.leases.claim([segment], { owner, ttlMs: 600_000 });
      if (claimed.length === 0) throw new Error(`Segment ${segment} is not free`);
      return () => place.leases.release([segment], owner);
    },
    async [Symbol.asyncDispose]() {
      // A Redis of the test's own may be away, and goes with the test.
      if (url === testRedisUrl()) {
        const own = await redis.keys(`${prefix}*`);
        if (own.length > 0) await redis.unlink(own);
      }
      await queue.close();
      redis.disconnect();
    },
  };
  return place;

  async function add(spec: Partial<TaskSpec> & { n: number }, options: JobsOptions = {}): Promise<TaskJob> {
    return queue.add(COMPUTE_JOB, taskData(spec), {
      // As the api adds it, but for the backoff: a second is long for a test.
      attempts: 3,
      backoff: { type: 'exponential', delay: 10 },
      priority: spec.priority ?? 0,
      ...options,
    });
  }
}

/** The data of a task as the api writes it. */
export function taskData(spec: Partial<TaskSpec> & { n: number }): JobData {
  return {
    version: JOB_VERSION,
    task: { timeoutSeconds: 600, priority: 0, fresh: false, callbackUrl: null, ...spec },
    submission: randomUUID(),
    requestId: `request-${randomUUID()}`,
    traceparent: `00-${randomUUID().replaceAll('-', '')}-0123456789abcdef-00`,
  };
}

/** The events of the place's queue from now on. */
export async function openEvents(place: Place) {
  const redis = new Redis(place.url, { maxRetriesPerRequest: null });
  const events = new QueueEvents(TASK_QUEUE, { connection: redis, prefix: place.prefix });
  await events.waitUntilReady();
  const seen: { event: 'active' | 'progress' | 'completed' | 'delayed' | 'failed'; jobId: string }[] = [];
  for (const event of ['active', 'progress', 'completed', 'delayed', 'failed'] as const) {
    events.on(event, ({ jobId }: { jobId: string }) => {
      seen.push({ event, jobId });
    });
  }
  return {
    /** How often something has happened to a job so far. */
    count: (event: (typeof seen)[number]['event'], job: TaskJob) =>
      seen.filter((each) => each.event === event && each.jobId === job.id).length,
    async [Symbol.asyncDispose]() {
      await events.close();
      redis.disconnect();
    },
  };
}
