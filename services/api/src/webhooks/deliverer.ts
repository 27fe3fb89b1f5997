import { WEBHOOK_QUEUE, WebhookJobDataSchema, hasEnded, type WebhookJobData } from '@primes/contracts';
import { consuming, logUnlessAway, type Logger } from '@primes/service-kit';
import { UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { Lookup } from '../tasks/lookup.ts';
import type { Task } from '../tasks/task-view.ts';
import { ForbiddenAddressError } from './address-rules.ts';
import type { SendWebhook } from './send.ts';

export interface DelivererDeps {
  readonly lookup: Lookup;
  readonly send: SendWebhook;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: Pick<ApiConfig, 'QUEUE_PREFIX'>;
}

/** Deliveries at a time: they wait for receivers, not for us. */
const CONCURRENCY = 16;

/**
 * BullMQ's worker on queue `webhooks`. It runs in the api, since workers may be at zero. Failed
 * deliveries are tried again by the job's backoff; the failed set is the dead-letter set.
 */
export class WebhookDeliverer {
  readonly #worker: Worker<WebhookJobData>;
  readonly #stopping = new AbortController();
  readonly #deps: DelivererDeps;
  /** What joins the log lines about a delivery to the request that its task came from. */
  readonly #identities = new WeakMap<Job, object>();

  /** `redis` must be a background connection: the worker blocks on a copy of it. */
  constructor(redis: Redis, deps: DelivererDeps) {
    this.#deps = deps;
    const { metrics, log, config } = deps;
    this.#worker = new Worker<WebhookJobData>(WEBHOOK_QUEUE, (job, token) => this.#deliver(job, token), {
      connection: redis,
      prefix: config.QUEUE_PREFIX,
      concurrency: CONCURRENCY,
      maxStalledCount: 10,
    });
    this.#worker.on('error', logUnlessAway(log));
    this.#worker.on('failed', (job, error) => {
      const dead = job?.finishedOn !== undefined;
      metrics.webhook(dead ? 'dead' : 'retried');
      const identity = (job && this.#identities.get(job)) ?? { task_id: job?.data.taskId };
      const fields = { ...identity, attempt: job?.attemptsMade, reason: error.message };
      if (dead) log.error(fields, 'webhook given up');
      else log.warn(fields, 'webhook not delivered');
    });
  }

  /** Deliveries under way are handed back with no attempt spent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#worker.close();
  }

  async #deliver(job: Job<WebhookJobData>, token: string | undefined): Promise<void> {
    const { lookup, send, metrics, log } = this.#deps;
    const data = WebhookJobDataSchema.safeParse(job.data);
    if (!data.success) throw new UnrecoverableError('The job cannot be read');
    const task = await lookup(data.data.taskId);
    const url = task?.stored.task.callbackUrl;
    // Nothing to tell about a task that is gone, and nobody to tell it to.
    if (!task || url == null) return;
    const { summary, stored } = task;
    const identity = identify(task);
    this.#identities.set(job, identity);
    const describe = () => ({
      queue: WEBHOOK_QUEUE,
      id: job.id ?? '',
      traceparent: stored.traceparent,
      first: job.attemptsMade === 0,
      outcomeOf,
    });
    const status = await consuming(describe, async () => {
      if (!hasEnded(summary.status)) throw new Error('The task has not ended');
      const answered = await this.#orHandBack(job, token, () =>
        send({ url, summary, traceparent: stored.traceparent, signal: this.#stopping.signal }),
      );
      if (answered === 410) throw new UnrecoverableError('The receiver answered 410 Gone');
      if (answered < 200 || answered > 299) throw new Error(`The receiver answered ${answered}`);
      return answered;
    });
    metrics.webhook('delivered');
    log.info({ ...identity, status }, 'webhook delivered');
  }

  async #orHandBack(job: Job, token: string | undefined, send: () => Promise<number>): Promise<number> {
    try {
      return await send();
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof ForbiddenAddressError) throw new UnrecoverableError(error.message);
      throw error;
    }
  }
}

function outcomeOf(error: unknown): string | undefined {
  return error instanceof WaitingError ? 'handed over' : undefined;
}

function identify({ summary, stored, job }: Task) {
  return {
    task_id: summary.request_id,
    request_id: job.data.requestId,
    trace_id: stored.traceparent.split('-')[1],
  };
}
