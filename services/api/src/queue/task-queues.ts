import {
  COMPUTE_JOB,
  REPAIR_JOB,
  TASK_LIMITS,
  TASK_QUEUE,
  WEBHOOK_JOB,
  WEBHOOK_QUEUE,
  JOB_VERSION,
  type JobData,
  type JobResult,
  type WebhookJobData,
} from '@primes/contracts';
import { producing } from '@primes/service-kit';
import { FlowProducer, Queue, type Job, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';

export type TaskJob = Job<JobData, JobResult>;

export type TaskQueuesConfig = Pick<ApiConfig, 'QUEUE_PREFIX' | 'RETENTION_SECONDS' | 'WEBHOOK_BACKOFF_MS'>;

/** Ended tasks beyond this many are dropped, the oldest first, whatever their age. */
const MOST_ENDED_TASKS = 100_000;
/** The failed set of queue `webhooks` is the dead-letter set: a week to look at it. */
const DEAD_LETTER_SECONDS = 7 * 86_400;
const WEBHOOK_ATTEMPTS = 8;

/** The two queues, and every way in which the api puts a job on them. */
export class TaskQueues {
  readonly tasks: Queue<JobData, JobResult>;
  readonly webhooks: Queue<WebhookJobData>;
  readonly #flow: FlowProducer;
  readonly #config: TaskQueuesConfig;

  constructor(redis: Redis, config: TaskQueuesConfig) {
    const { QUEUE_PREFIX: prefix } = config;
    this.#config = config;
    this.tasks = new Queue(TASK_QUEUE, { connection: redis, prefix });
    this.webhooks = new Queue(WEBHOOK_QUEUE, { connection: redis, prefix });
    this.#flow = new FlowProducer({ connection: redis, prefix });
    // The connection reports its own errors once; each of these would repeat them.
    this.tasks.on('error', () => undefined);
    this.webhooks.on('error', () => undefined);
    this.#flow.on('error', () => undefined);
  }

  /** Adds a task that nobody waits for. Adding the same id again changes nothing. */
  async add(id: string, data: JobData): Promise<TaskJob> {
    return this.#send(id, data, (sent) => this.tasks.add(COMPUTE_JOB, sent, this.#taskOptions(id, sent)));
  }

  /**
   * Adds a task as the child of its webhook's job, which BullMQ releases once the task has ended.
   * Unlike `add`, this must not be repeated for an id: it would attach the task a second time.
   */
  async addWithWebhook(id: string, data: JobData): Promise<TaskJob> {
    return this.#send(id, data, (sent) => this.#addFlow(id, sent));
  }

  async #addFlow(id: string, data: JobData): Promise<TaskJob> {
    const { QUEUE_PREFIX: prefix, RETENTION_SECONDS: age, WEBHOOK_BACKOFF_MS: delay } = this.#config;
    const { children } = await this.#flow.add({
      name: WEBHOOK_JOB,
      queueName: WEBHOOK_QUEUE,
      prefix,
      data: { version: JOB_VERSION, taskId: id } satisfies WebhookJobData,
      opts: {
        // Of its own, since a dead letter outlives its task, whose id a later submission may have again.
        jobId: data.submission,
        attempts: WEBHOOK_ATTEMPTS,
        // Jitter, so that a receiver that comes back is not met by all at once.
        backoff: { type: 'exponential', delay, jitter: 0.2 },
        removeOnComplete: { age, count: MOST_ENDED_TASKS },
        removeOnFail: { age: DEAD_LETTER_SECONDS },
      },
      children: [
        {
          name: COMPUTE_JOB,
          queueName: TASK_QUEUE,
          prefix,
          data,
          // Without it a failed task would leave its webhook waiting for ever.
          opts: { ...this.#taskOptions(id, data), continueParentOnFailure: true },
        },
      ],
    });
    const [child] = children ?? [];
    if (!child) throw new Error('BullMQ gave back a flow without its child');
    return child.job as TaskJob;
  }

  /**
   * Asks a worker to fill the store up to `n` again, before all waiting tasks.
   * One at a time for each n: a hundred readers of one lost segment make one job.
   */
  async addRepair(n: number, context: { requestId: string; traceparent: string }): Promise<void> {
    const task = {
      n,
      timeoutSeconds: TASK_LIMITS.timeoutSeconds.default,
      priority: 0,
      fresh: false,
      callbackUrl: null,
    };
    const data: JobData = { version: JOB_VERSION, task, submission: REPAIR_JOB, ...context };
    const jobId = `${REPAIR_JOB}-${n}`;
    const options = { jobId, lifo: true, removeOnComplete: true, removeOnFail: true };
    await this.#send(jobId, data, (sent) => this.tasks.add(REPAIR_JOB, sent, options));
  }

  async close(): Promise<void> {
    await Promise.all([this.#flow.close(), this.tasks.close(), this.webhooks.close()]);
  }

  /** Where the request is traced, the worker goes on from the sending and not from the whole request. */
  #send(id: string, data: JobData, send: (data: JobData) => Promise<TaskJob>): Promise<TaskJob> {
    return producing({ queue: TASK_QUEUE, id }, data.traceparent, (traceparent) =>
      send({ ...data, traceparent }),
    );
  }

  #taskOptions(jobId: string, data: JobData): JobsOptions {
    const keep = { age: this.#config.RETENTION_SECONDS, count: MOST_ENDED_TASKS };
    return {
      jobId,
      // BullMQ takes 0 for "no priority", which is what runs first.
      priority: data.task.priority,
      attempts: 3,
      backoff: { type: 'exponential', delay: 1_000, jitter: 0.2 },
      removeOnComplete: keep,
      removeOnFail: keep,
      stackTraceLimit: 5,
    };
  }
}
