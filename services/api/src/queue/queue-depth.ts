import type { RedisClient, TaskSpec } from '@primes/contracts';
import type { ApiConfig } from '../config.ts';
import { limitsFor, parseMemory, watermarkOf, type QueueLimits } from './memory-budget.ts';
import type { TaskQueues } from './task-queues.ts';

/**
 * Milliseconds between two samples. Tasks that other processes add in between are not included: 3.3 MB at the limit of
 * Redis of about 10,000 submissions a second.
 */
const SAMPLE_INTERVAL_MS = 250;

/** Bytes of a new task and of its webhook, above those in memory-budget.ts, and the number of stored copies of the URL. */
const ESTIMATE = { task: 1_600, webhook: 2_400, copiesOfUrl: 3 };

export type DepthConfig = Pick<ApiConfig, 'MAX_QUEUED' | 'KEEP_TASKS' | 'REDIS_MEMORY_WATERMARK_PERCENT'>;

/** Why no task can be added now. */
export interface QueueRejection {
  readonly reason: 'waiting' | 'memory';
  readonly detail: string;
}

/**
 * The number of waiting tasks and the memory use of Redis, sampled in the background so that a submission needs no extra
 * round trip. Workers need memory to process tasks, so new tasks must not use all of it. Above the watermark, the oldest
 * ended tasks are removed if that can free enough.
 */
export class QueueDepth {
  readonly #queues: Pick<TaskQueues, 'tasks' | 'trim'>;
  readonly #redis: Pick<RedisClient, 'info'>;
  readonly #config: DepthConfig;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Sampled();
  readonly #bytes = new Sampled();
  #watermark = Infinity;
  #sampling = false;
  #limits: QueueLimits;

  constructor(
    queues: Pick<TaskQueues, 'tasks' | 'trim'>,
    redis: Pick<RedisClient, 'info'>,
    config: DepthConfig,
  ) {
    this.#queues = queues;
    this.#redis = redis;
    this.#config = config;
    this.#limits = limitsFor(config, 0);
    this.#timer = setInterval(() => void this.sampleAndTrim(), SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  get limits(): QueueLimits {
    return this.#limits;
  }

  /** Undefined while there is room for these tasks. */
  rejectionOf(tasks: readonly TaskSpec[]): QueueRejection | undefined {
    const { maxQueued } = this.#limits;
    if (this.#waiting.value + tasks.length > maxQueued) {
      const more = tasks.length === 1 ? 'one' : tasks.length;
      return { reason: 'waiting', detail: `At most ${maxQueued} tasks may wait, received ${more} more` };
    }
    // The last task may exceed the watermark.
    if (this.#bytes.value + bytesOf(tasks.slice(1)) < this.#watermark) return undefined;
    return {
      reason: 'memory',
      detail: 'Redis memory is above the watermark; the rest is reserved for accepted tasks',
    };
  }

  /**
   * Call it just before tasks are sent, so that a burst cannot exceed the limits between two samples: a sample that is
   * taken before they are sent, and after this call, does not include them.
   */
  adding(tasks: readonly TaskSpec[]): void {
    this.#waiting.add(tasks.length);
    this.#bytes.add(bytesOf(tasks));
  }

  removed(): void {
    this.#waiting.add(-1);
  }

  /** Takes a sample, and removes ended tasks if memory is above the watermark. */
  async sampleAndTrim(): Promise<void> {
    if (this.#sampling) return;
    this.#sampling = true;
    await this.#sample();
    const above = this.#bytes.value - this.#watermark;
    if (above >= 0) await this.#queues.trim(above).catch(() => undefined);
    this.#sampling = false;
  }

  /** While Redis is unavailable, the last sample is used. */
  async #sample(): Promise<void> {
    const { tasks } = this.#queues;
    await Promise.allSettled([
      this.#waiting.sample(() => tasks.getJobCountByTypes('waiting', 'prioritized', 'delayed')),
      this.#bytes.sample(async () => {
        const { used, max } = parseMemory(await this.#redis.info('memory'));
        this.#limits = limitsFor(this.#config, max);
        this.#watermark = watermarkOf(max, this.#config.REDIS_MEMORY_WATERMARK_PERCENT);
        return used;
      }),
    ]);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** An estimate. */
function bytesOf(tasks: readonly TaskSpec[]): number {
  let bytes = 0;
  for (const { callbackUrl } of tasks) {
    bytes += ESTIMATE.task;
    if (callbackUrl !== null) bytes += ESTIMATE.webhook + ESTIMATE.copiesOfUrl * callbackUrl.length;
  }
  return bytes;
}

/** The last sample of a quantity, plus what this process has added since. */
class Sampled {
  #sampled = 0;
  #since = 0;

  get value(): number {
    return this.#sampled + this.#since;
  }

  add(by: number): void {
    this.#since += by;
  }

  async sample(read: () => Promise<number>): Promise<void> {
    const before = this.#since;
    this.#sampled = await read();
    this.#since -= before;
  }
}
