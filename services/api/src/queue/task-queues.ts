import { createHash, randomUUID } from 'node:crypto';
import {
  COMPUTE_JOB,
  GIVE_UP_AFTER,
  REPAIR_JOB,
  TASK_LIMITS,
  WEBHOOK_JOB,
  WEBHOOK_QUEUE,
  FIRST_JOB_VERSION,
  JOB_VERSION,
  WEBHOOK_JOB_VERSION,
  endCounterOf,
  isCancellation,
  type JobData,
  type JobReturnValue,
  type WebhookJobData,
  type RedisClient,
  type TaskSpec,
} from '@primes/contracts';
import {
  COUNT_ENDS,
  clockedBackend,
  countingBackend,
  withProducerSpan,
  type Message,
  type RedisClock,
} from '@primes/service-kit';
import { Job, Queue, type JobsOptions } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import { bytesOfEnded, type QueueLimits } from './memory-budget.ts';
import { WEBHOOK_BACKOFF } from '../webhooks/backoff.ts';
import type { TaskIds } from '../tasks/task-id.ts';
import { addUnlessThere, type Addition } from './add-script.ts';

export type TaskJob = Job<JobData, JobReturnValue>;

/** Maximum number of jobs of each kind that are kept. */
export type Keep = QueueLimits['keep'];

export interface TaskQueuesOptions extends Pick<ApiConfig, 'QUEUE_PREFIX' | 'RETENTION_SECONDS'> {
  readonly clock: Pick<RedisClock, 'now'>;
}

/** Dead letters, in the failed set of queue `webhooks`, are kept for a week. */
const DEAD_LETTER_SECONDS = 7 * 86_400;
/** Only the stack of the last attempt; the log has the reasons of the others. */
const STACK_TRACES = 1;

/** Ended jobs of each kind that one trim removes. */
const TRIM_COUNT = 100;
/** Minimum age in milliseconds of a task that a trim removes, so that its client can still read it. */
const MIN_KEPT_MS = 10_000;

/** The two queues, and all the ways in which the api adds jobs to them. */
export class TaskQueues {
  readonly tasks: Queue<JobData, JobReturnValue>;
  readonly webhooks: Queue<WebhookJobData>;
  readonly #redis: RedisClient;
  readonly #config: TaskQueuesOptions;

  /** @param name the name of the queue of tasks */
  constructor(redis: RedisClient, name: string, config: TaskQueuesOptions) {
    const { QUEUE_PREFIX: prefix } = config;
    this.#config = config;
    this.#redis = redis;
    const options = { ...COUNT_ENDS, connection: redis, prefix };
    this.tasks = new Queue(name, options, clockedBackend(config.clock, countingBackend(endCounterOf)));
    this.webhooks = new Queue(WEBHOOK_QUEUE, { connection: redis, prefix });
    // The connection logs its errors once; the queues would repeat them.
    this.tasks.on('error', () => undefined);
    this.webhooks.on('error', () => undefined);
  }

  /** Adds a task under a new id, in one round trip. */
  async add(id: string, data: JobData, keep: Keep): Promise<TaskJob> {
    return this.#send({ id }, data.traceparent, (traceparent) =>
      this.tasks.add(COMPUTE_JOB, { ...data, traceparent }, this.#taskOptions(id, data, keep)),
    );
  }

  /**
   * Adds a task, as the child of its webhook job if it has a `callbackUrl`; BullMQ releases the webhook job once the task
   * has ended. Task and webhook are added atomically.
   *
   * @returns undefined, without a change, if there is a task with one of the ids that has not expired
   */
  async addUnlessThere({ id, otherId }: TaskIds, data: JobData, keep: Keep): Promise<TaskJob | undefined> {
    return this.#send({ id }, data.traceparent, async (traceparent) => {
      const additions = this.#additionsOf(id, { ...data, traceparent }, keep);
      const unless = otherId === undefined ? [id] : [id, otherId];
      return (await this.#addAll(additions, unless)) ? (additions.at(-1)?.job as TaskJob) : undefined;
    });
  }

  /**
   * Adds all tasks of a batch atomically, each as above.
   *
   * @param unless as the ids above
   * @returns whether they were added
   */
  async addBatch(
    tasks: ReadonlyMap<string, JobData>,
    unless: readonly string[],
    keep: Keep,
  ): Promise<boolean> {
    const [{ batch, traceparent: sending } = {}] = tasks.values();
    return this.#send({ id: batch?.id ?? '', count: tasks.size }, sending ?? '', (traceparent) => {
      const additions: Addition[] = [];
      for (const [id, data] of tasks) {
        additions.push(...this.#additionsOf(id, { ...data, traceparent }, keep));
      }
      return this.#addAll(additions, unless);
    });
  }

  /**
   * Replaces failed or cancelled tasks by new jobs for the same tasks, each with a webhook of its own. They do not count as
   * ended any more. Atomic.
   *
   * @returns false, without a change, if one of them was retried or removed in the meantime
   */
  async addAgain(ended: readonly TaskJob[], keep: Keep): Promise<boolean> {
    const additions = ended.flatMap((job) => this.#additionsOf(job.id ?? '', dataOfRetry(job), keep));
    const cancelled = ended.filter(({ failedReason }) => isCancellation(failedReason)).length;
    return addUnlessThere(this.#redis, additions, {
      replacing: new Map(ended.map(({ id = '', finishedOn = 0 }) => [id, finishedOn])),
      uncount: { cancelled, failed: ended.length - cancelled },
    });
  }

  /** Whether an ended task has expired. BullMQ removes jobs only when another job ends, so the job may still exist. */
  hasExpired({ finishedOn }: Pick<TaskJob, 'finishedOn'>): boolean {
    return finishedOn !== undefined && finishedOn < this.#expiredBefore();
  }

  /** Whether there is a job with one of the ids, which may have expired. */
  async hasSome(ids: readonly string[]): Promise<boolean> {
    return (await this.#redis.exists(...ids.map((id) => this.tasks.toKey(id)))) > 0;
  }

  #addAll(additions: readonly Addition[], unless: readonly string[]): Promise<boolean> {
    return addUnlessThere(this.#redis, additions, { unless, expiredBefore: this.#expiredBefore() });
  }

  /** A task that ended before this time has expired, in milliseconds since the epoch. */
  #expiredBefore(): number {
    return this.#config.clock.now() - this.#config.RETENTION_SECONDS * 1_000;
  }

  /** The task, after its webhook if it has one. */
  #additionsOf(id: string, data: JobData, keep: Keep): Addition[] {
    const options = this.#taskOptions(id, data, keep);
    if (data.task.callbackUrl === null) {
      return [{ queue: this.tasks, job: new Job(this.tasks, COMPUTE_JOB, data, options, id) }];
    }
    const webhook = this.#webhookOf(id, data, keep);
    const parent = { id: webhook.job.id ?? '', queue: this.webhooks.qualifiedName };
    // Without the last option, the webhook of a failed task would wait forever.
    const child = { ...options, parent, continueParentOnFailure: true };
    return [webhook, { queue: this.tasks, job: new Job(this.tasks, COMPUTE_JOB, data, child, id) }];
  }

  #webhookOf(taskId: string, { submission }: JobData, keep: Keep): Addition {
    const { RETENTION_SECONDS: age } = this.#config;
    const data: WebhookJobData = { version: WEBHOOK_JOB_VERSION, taskId };
    const options: JobsOptions = {
      // Not the task's id: a dead letter outlives its task, and a later submission may reuse that id.
      jobId: submission,
      attempts: GIVE_UP_AFTER.deliveries,
      backoff: { type: WEBHOOK_BACKOFF },
      removeOnComplete: { age, count: keep.done },
      removeOnFail: { age: DEAD_LETTER_SECONDS, count: keep.deadLetters },
      stackTraceLimit: STACK_TRACES,
    };
    const job = new Job(this.webhooks, WEBHOOK_JOB, data, options, submission);
    return { queue: this.webhooks, job, waitsForChildren: true };
  }

  /**
   * Makes a worker run the job with this input before all waiting tasks, on behalf of a reader: no view shows it.
   * Requests for the same input create one job.
   */
  async recompute(input: object, context: { requestId: string; traceparent: string }): Promise<void> {
    const options = { timeoutSeconds: TASK_LIMITS.timeoutSeconds.default, priority: 0, callbackUrl: null };
    const { requestId, traceparent } = context;
    const task = { ...input, ...options };
    const version = FIRST_JOB_VERSION;
    const data: JobData = { version, task, submission: REPAIR_JOB, requestId, traceparent };
    const jobId = `${REPAIR_JOB}-${createHash('sha256').update(JSON.stringify(input)).digest('hex')}`;
    const jobOptions = { jobId, lifo: true, removeOnComplete: true, removeOnFail: true };
    await this.#send({ id: jobId }, traceparent, (sending) =>
      this.tasks.add(REPAIR_JOB, { ...data, traceparent: sending }, jobOptions),
    );
  }

  /**
   * Resolves once the replicas that this connection waits for have all that its primary has executed before. WAIT covers
   * only writes of its own connection, so this is one.
   */
  async replicated(): Promise<void> {
    await this.tasks.waitUntilReady();
    await this.#redis.set(`${this.#config.QUEUE_PREFIX}:replicated`, '', 'PX', 1_000);
  }

  /**
   * Removes the oldest ended tasks and delivered webhooks, to free this many bytes in one or more calls; removal needs no
   * memory. If all of them together take less, something else uses the memory, and nothing is removed. Dead letters are
   * never removed, because there is no other record of them.
   */
  async trim(bytes: number): Promise<void> {
    const [tasks, webhooks] = await Promise.all([
      this.tasks.getJobCountByTypes('completed', 'failed'),
      this.webhooks.getJobCountByTypes('completed'),
    ]);
    if (bytesOfEnded(tasks, webhooks) < bytes) return;
    await Promise.all([
      this.tasks.clean(MIN_KEPT_MS, TRIM_COUNT, 'completed'),
      this.tasks.clean(MIN_KEPT_MS, TRIM_COUNT, 'failed'),
      this.webhooks.clean(MIN_KEPT_MS, TRIM_COUNT, 'completed'),
    ]);
  }

  async close(): Promise<void> {
    await Promise.all([this.tasks.close(), this.webhooks.close()]);
  }

  /** If the request is traced, the worker continues from the producer span. */
  #send<T>(
    message: Omit<Message, 'queue'>,
    traceparent: string,
    send: (traceparent: string) => Promise<T>,
  ): Promise<T> {
    return withProducerSpan({ queue: this.tasks.name, ...message }, traceparent, send);
  }

  #taskOptions(jobId: string, data: JobData, keep: Keep): JobsOptions {
    const age = this.#config.RETENTION_SECONDS;
    return {
      jobId,
      ...this.#timesOf(data.task),
      // In BullMQ, 0 means no priority, which runs first.
      priority: data.task.priority,
      attempts: GIVE_UP_AFTER.attempts,
      backoff: { type: 'exponential', delay: 1_000, jitter: 0.2 },
      removeOnComplete: { age, count: keep.done },
      removeOnFail: { age, count: keep.failed },
      stackTraceLimit: STACK_TRACES,
    };
  }

  /**
   * The time of Redis, only for tasks with `run_at` or `queue_timeout_seconds`: BullMQ stores a time that it is given twice.
   * Other tasks have the wall clock's.
   */
  #timesOf({ runAt, queueTimeoutSeconds }: TaskSpec): Pick<JobsOptions, 'timestamp' | 'delay'> {
    if (runAt === undefined && queueTimeoutSeconds === undefined) return {};
    const timestamp = this.#config.clock.now();
    return { timestamp, ...(runAt !== undefined && { delay: Math.max(0, runAt - timestamp) }) };
  }
}

/** A submission of its own, so that its webhook has a new id. Fields that only a newer version knows are kept. */
function dataOfRetry({ data, timestamp }: TaskJob): JobData {
  const task = { ...data };
  delete task.cancelledAt;
  const version = Math.max(data.version, JOB_VERSION) as typeof JOB_VERSION;
  return { ...task, version, submission: randomUUID(), createdAt: data.createdAt ?? timestamp };
}
