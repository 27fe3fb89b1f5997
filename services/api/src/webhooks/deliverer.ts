import {
  GIVE_UP_AFTER,
  WEBHOOK_QUEUE,
  WebhookJobDataSchema,
  WebhookNoticeSchema,
  hasEnded,
  type WebhookJobData,
  type WebhookNotice,
  type RedisClient,
} from '@primes/contracts';
import {
  QueueWorker,
  RejectionLog,
  withConsumerSpan,
  isRedisUnavailable,
  queueErrorLogger,
  queueRedis,
  taskLogFields,
  type Liveness,
  type Logger,
  type RedisClock,
  type RedisSettings,
} from '@primes/service-kit';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { ReadTask } from '../tasks/lookup.ts';
import { ForbiddenAddressError } from './address-rules.ts';
import { DeliveryError, webhookBackoff } from './backoff.ts';
import { ownUrl } from './own-url.ts';
import { ReceiverSlots } from './receiver-slots.ts';
import type { SendWebhook } from './send.ts';

export interface DelivererDeps {
  readonly readTask: ReadTask;
  readonly send: SendWebhook;
  readonly liveness: Liveness;
  readonly clock: Pick<RedisClock, 'now'>;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly config: RedisSettings & Pick<ApiConfig, 'WEBHOOK_BACKOFF_MS'>;
}

/** Concurrent deliveries; they mostly wait for receivers. */
const CONCURRENCY = 32;
/** Milliseconds by which a delivery is delayed while its task cannot be read. */
const DELAY_MS = 1_000;

/**
 * BullMQ's worker on queue `webhooks`. It runs in the api, because there may be no workers. Failed deliveries are
 * retried with the backoff of the job; the failed set contains the dead letters.
 */
export class WebhookDeliverer {
  readonly #worker: QueueWorker<WebhookJobData>;
  readonly #stopping = new AbortController();
  readonly #slots = new ReceiverSlots(CONCURRENCY);
  readonly #deps: DelivererDeps;
  /** Log fields that correlate a delivery with the request of its task. */
  readonly #identities = new WeakMap<Job, object>();

  /** @param redis a background connection; the worker blocks a duplicate of it */
  constructor(redis: RedisClient, deps: DelivererDeps) {
    this.#deps = deps;
    const { liveness, clock, metrics, log, config } = deps;
    this.#worker = new QueueWorker(WEBHOOK_QUEUE, (job, token) => this.#process(job, token), {
      connection: redis,
      liveness,
      clock,
      rejections: new RejectionLog(log.child({ redis: 'queue' })),
      loop: 'webhooks',
      redis: queueRedis(config),
      prefix: config.QUEUE_PREFIX,
      concurrency: CONCURRENCY,
      settings: { backoffStrategy: webhookBackoff(config.WEBHOOK_BACKOFF_MS) },
    });
    this.#worker.on('error', queueErrorLogger(log));
    this.#worker.on('failed', (job, error) => {
      const isDeadLetter = job?.finishedOn !== undefined;
      metrics.webhook(isDeadLetter ? 'dead' : 'retried');
      const identity = (job && this.#identities.get(job)) ?? {
        task_id: WebhookJobDataSchema.safeParse(job?.data).data?.taskId,
        webhook_id: job?.id,
      };
      const fields = { ...identity, attempt: job?.attemptsMade, reason: error.message };
      if (isDeadLetter) log.error(fields, 'webhook delivery abandoned');
      else log.warn(fields, 'webhook delivery failed');
    });
  }

  /** Returns running deliveries to the queue without counting an attempt. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#worker.close();
  }

  async #process(job: Job<WebhookJobData>, token: string | undefined): Promise<void> {
    const notice = await this.#noticeOf(job, token);
    if (!notice) return;
    const identity = identify(job, notice);
    this.#identities.set(job, identity);
    try {
      const slot = this.#slots.take(new URL(notice.url).host);
      if ('retryAt' in slot) throw await waitForSlot(job, token, { notice, until: slot.retryAt });
      const status = await withConsumerSpan(
        () => describe(job, notice),
        () => this.#deliver(job, token, notice).finally(slot.release),
      );
      this.#deps.metrics.webhook('delivered');
      this.#deps.log.info({ ...identity, status }, 'webhook delivered');
    } catch (error) {
      await keep(job, notice);
      throw error;
    }
  }

  /**
   * The payload and the receiver: from the task at first, later from the job itself. Undefined if the task was retried before
   * the first attempt: it has not ended, and will have another webhook.
   */
  async #noticeOf(job: Job<WebhookJobData>, token: string | undefined): Promise<WebhookNotice | undefined> {
    const data = WebhookJobDataSchema.safeParse(job.data).data;
    // Retried: an api of a newer version may understand it.
    if (!data) throw new Error('Invalid webhook job data');
    const kept = WebhookNoticeSchema.safeParse(job.progress).data;
    if (kept) return kept;
    const task = await this.#deps.readTask(data.taskId).catch(async (error: unknown) => {
      throw isRedisUnavailable(error) ? await defer(job, token, Date.now() + DELAY_MS) : error;
    });
    const url = ownUrl(job, task);
    if (url === undefined && task?.stored.createdAt !== undefined) return undefined;
    if (!task || url === undefined) throw new UnrecoverableError('The task no longer exists');
    const { summary, stored } = task;
    if (!hasEnded(summary.status)) throw new Error('The task has not ended');
    return { url, summary, traceparent: stored.traceparent, requestId: task.job.data.requestId };
  }

  async #deliver(job: Job, token: string | undefined, notice: WebhookNotice): Promise<number> {
    const { url, summary, traceparent } = notice;
    const { signal } = this.#stopping;
    try {
      const response = await this.#deps.send({ id: job.id ?? '', url, summary, traceparent, signal });
      if (response.status === 410) throw new UnrecoverableError('The receiver responded with 410 Gone');
      if (response.status < 200 || response.status > 299) throw new DeliveryError(response);
      return response.status;
    } catch (error) {
      if (signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof ForbiddenAddressError) throw new UnrecoverableError(error.message);
      throw error;
    }
  }
}

async function waitForSlot(
  job: Job,
  token: string | undefined,
  { notice, until }: { notice: WebhookNotice; until: number },
): Promise<Error> {
  const { finished_at: endedAt } = notice.summary;
  // The job is newer than the end of the task if it was redelivered.
  const since = Math.max(endedAt === null ? until : Date.parse(endedAt), job.timestamp);
  if (until - since > GIVE_UP_AFTER.waitForSlotMs) {
    return new UnrecoverableError('The receiver had no free slot within a day');
  }
  return defer(job, token, until);
}

/** Delays the job without counting an attempt. */
async function defer(job: Job, token: string | undefined, until: number): Promise<Error> {
  await job.moveToDelayed(until, token);
  return new DelayedError();
}

/** Stores the payload in the job, because the task may be removed before the next attempt. */
async function keep(job: Job, notice: WebhookNotice): Promise<void> {
  if (typeof job.progress === 'object') return;
  // If this fails, the next attempt reads the task again.
  await job.updateProgress(notice).catch(() => undefined);
}

function describe(job: Job, { traceparent }: WebhookNotice) {
  return { queue: WEBHOOK_QUEUE, id: job.id ?? '', traceparent, first: job.attemptsMade === 0, outcomeOf };
}

function outcomeOf(error: unknown): string | undefined {
  return error instanceof WaitingError ? 'handed over' : undefined;
}

/** Never includes the URL: its path and query may be secret. */
function identify(job: Job, { summary, requestId, traceparent }: WebhookNotice) {
  return { ...taskLogFields(summary.request_id, requestId, traceparent), webhook_id: job.id };
}
