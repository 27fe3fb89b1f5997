import {
  WebhookJobDataSchema,
  WebhookNoticeSchema,
  type RedisClient,
  type WebhookJobData,
} from '@primes/contracts';
import { readJob } from '@primes/service-kit';
import type { Job } from 'bullmq';
import * as z from 'zod';
import { isBullMqError } from '../queue/bullmq-error.ts';
import type { Replicated } from '../queue/replicated-queues.ts';
import type { TaskQueues } from '../queue/task-queues.ts';
import type { ReadTask } from '../tasks/lookup.ts';
import { ownUrl } from '../webhooks/own-url.ts';

/** Dead letters that one round trip reads or redelivers. */
const PIECE = 100;

export const DeadWebhookSchema = z
  .strictObject({
    webhook_id: z.string(),
    task_id: z.string().nullable(),
    receiver: z.string().nullable().meta({
      description:
        'Origin of the `callback_url`, the rest of which may be secret; null if it is not known any more',
    }),
    attempts: z.int().min(0).meta({ description: 'Deliveries since the submission or the last redelivery' }),
    last_error: z.string(),
    since: z.iso.datetime().meta({ description: 'When the last attempt failed' }),
  })
  .meta({ id: 'DeadWebhook' });
export type DeadWebhook = z.infer<typeof DeadWebhookSchema>;

/** A page of GET /webhooks/dead. */
export const DeadWebhooksSchema = z
  .strictObject({
    webhooks: z.array(DeadWebhookSchema),
    total: z.int().min(0).meta({ description: 'Of all pages' }),
    next_cursor: z.string().nullable().meta({ description: 'null on the last page' }),
  })
  .meta({ id: 'DeadWebhooks' });
export type DeadWebhooks = z.infer<typeof DeadWebhooksSchema>;

type Webhooks = TaskQueues['webhooks'];
type WebhookJob = Job<WebhookJobData>;

/**
 * The time of the job is that of the redelivery, from which it may wait for a slot of its receiver (deliverer.ts). One command
 * before BullMQ's script, which does nothing if the job is not dead.
 *
 * KEYS: failed, job. ARGV: id, milliseconds of now.
 */
const RENEW = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('HSET', KEYS[2], 'timestamp', ARGV[2]) end`;

export interface DeadWebhooksDeps {
  readonly queues: TaskQueues;
  /** What acknowledges redeliveries. */
  readonly replicated: Replicated;
  readonly readTask: ReadTask;
}

/** The failed set of queue `webhooks`. */
export class DeadLetters {
  readonly #read: Webhooks;
  readonly #write: Webhooks;
  readonly #redis: RedisClient;
  readonly #readTask: ReadTask;

  constructor({ queues, replicated, readTask }: DeadWebhooksDeps) {
    this.#read = queues.webhooks;
    this.#write = replicated.queues.webhooks;
    this.#redis = replicated.redis;
    this.#readTask = readTask;
  }

  /** @param after the last one of the previous page; undefined for the first page */
  async page(after: { id: string; time: number } | undefined, limit: number): Promise<DeadWebhooks> {
    const start = after ? await this.#indexAfter(after) : 0;
    const [total, ids] = await Promise.all([
      this.#read.getFailedCount(),
      this.#ids(start, limit, { newestFirst: true }),
    ]);
    const jobs = await load(this.#read, ids);
    const webhooks = await Promise.all(jobs.map((job) => this.#show(job)));
    // Not of the jobs, because some records may be unreadable.
    const last = ids.at(-1);
    const hasMore = last !== undefined && start + limit < total;
    return { webhooks, total, next_cursor: hasMore ? await this.#cursorOf(last, jobs) : null };
  }

  /** Delivers a dead webhook again, with all its attempts; false if there is none with this id. */
  async redeliver(id: string): Promise<boolean> {
    const job = await readJob(this.#write, id);
    return job !== undefined && this.#redeliver(job);
  }

  /**
   * Delivers all that are dead now, or those of a receiver, from the oldest on.
   *
   * @param onChange called after each piece with the number of those that were redelivered so far
   */
  async redeliverAll(receiver: string | undefined, onChange: (redelivered: number) => void): Promise<void> {
    const startedAt = Date.now();
    const isWanted = async (job: WebhookJob) =>
      receiver === undefined || (await this.#receiverOf(job)) === receiver;
    for (let [redelivered, skipped] = [0, 0]; ;) {
      // What is redelivered leaves the set; what dies again meanwhile is at its end.
      const ids = await this.#ids(skipped, PIECE, { newestFirst: false });
      const jobs = await load(this.#write, ids);
      const dead = jobs.filter((job) => (job.finishedOn ?? 0) <= startedAt);
      const outcomes = await Promise.all(
        dead.map(async (job) => ((await isWanted(job)) ? this.#redeliver(job) : undefined)),
      );
      redelivered += outcomes.filter((isDone) => isDone === true).length;
      onChange(redelivered);
      // Not what another call has redelivered: it has left the set too.
      skipped += ids.length - jobs.length + outcomes.filter((isDone) => isDone === undefined).length;
      if (ids.length < PIECE || (jobs.length > 0 && dead.length === 0)) return;
    }
  }

  async #redeliver(job: WebhookJob): Promise<boolean> {
    const id = job.id ?? '';
    const keys = [this.#write.toKey('failed'), this.#write.toKey(id)];
    try {
      await Promise.all([
        this.#redis.eval(RENEW, 2, ...keys, id, Date.now()),
        job.retry('failed', { resetAttemptsMade: true }),
      ]);
      return true;
    } catch (error) {
      // Another call was faster.
      if (isBullMqError(error)) return false;
      throw error;
    }
  }

  #ids(start: number, count: number, { newestFirst }: { newestFirst: boolean }): Promise<string[]> {
    return this.#read.getRanges(['failed'], start, start + count - 1, !newestFirst);
  }

  /** The place in the order of a page, although the set may have changed since. */
  async #indexAfter({ id, time }: { id: string; time: number }): Promise<number> {
    const key = this.#read.toKey('failed');
    const rank = await this.#redis.zrevrank(key, id);
    return rank === null ? this.#redis.zcount(key, `(${time}`, '+inf') : rank + 1;
  }

  async #cursorOf(id: string, jobs: readonly WebhookJob[]): Promise<string> {
    const time = jobs.find((job) => job.id === id)?.finishedOn;
    return `${time ?? (await this.#redis.zscore(this.#read.toKey('failed'), id)) ?? 0}_${id}`;
  }

  async #show(job: WebhookJob): Promise<DeadWebhook> {
    return {
      webhook_id: job.id ?? '',
      task_id: taskIdOf(job) ?? null,
      receiver: await this.#receiverOf(job),
      attempts: job.attemptsMade,
      last_error: job.failedReason,
      since: new Date(job.finishedOn ?? 0).toISOString(),
    };
  }

  /** From the payload that the first attempt has kept, or from the task. */
  async #receiverOf(job: WebhookJob): Promise<string | null> {
    const kept = WebhookNoticeSchema.safeParse(job.progress).data?.url;
    if (kept !== undefined) return new URL(kept).origin;
    const taskId = taskIdOf(job);
    const url = taskId === undefined ? undefined : ownUrl(job, await this.#readTask(taskId));
    return url === undefined ? null : new URL(url).origin;
  }
}

function taskIdOf(job: WebhookJob): string | undefined {
  return WebhookJobDataSchema.safeParse(job.data).data?.taskId;
}

/** Without those that were just removed. Changes of a job use the connection of its queue. */
async function load(queue: Webhooks, ids: readonly string[]): Promise<WebhookJob[]> {
  const jobs = await Promise.all(ids.map((id) => readJob(queue, id)));
  return jobs.filter((job) => job !== undefined);
}
