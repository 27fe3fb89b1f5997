import { setTimeout as delay } from 'node:timers/promises';
import { TASK_QUEUE } from '@primes/contracts';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';

/** Milliseconds that one read waits for an event, and how long an idle reader goes on at most. */
const BLOCK_MS = 2_000;
/** Events a read: more wait for the next one. */
const COUNT = 1_000;
/** Milliseconds until the next try when Redis refuses to read. */
const RETRY_MS = 500;

export type TaskEventsConfig = Pick<ApiConfig, 'QUEUE_PREFIX' | 'REDIS_COMMAND_TIMEOUT_MS'>;

/**
 * The ids of tasks that change, out of BullMQ's event stream, while somebody listens. BullMQ's own
 * QueueEvents reads the stream all the time: submitting 25,000 tasks that nobody waited for kept the
 * api busy with 25,000 events.
 */
export class TaskEvents {
  readonly #redis: Redis;
  readonly #stream: string;
  readonly #heard: (taskId: string) => void;
  readonly #timeoutMs: number;
  #listeners = 0;
  #reading: Promise<void> | undefined;
  #closed = false;

  /** `redis` serves nothing else, since reads block it. */
  constructor(
    redis: Redis,
    { QUEUE_PREFIX: prefix, REDIS_COMMAND_TIMEOUT_MS: timeoutMs }: TaskEventsConfig,
    heard: (taskId: string) => void,
  ) {
    this.#redis = redis;
    this.#stream = `${prefix}:${TASK_QUEUE}:events`;
    this.#heard = heard;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves once all that happens from now on will be heard, until `unlisten`. While Redis is away it
   * resolves at once, and while it hangs, when a command's time is up: who reads the task next is told so.
   */
  async listen(): Promise<void> {
    this.#listeners++;
    this.#reading ??= this.#start();
    if (this.#redis.status === 'ready') await within(this.#timeoutMs, this.#reading);
  }

  unlisten(): void {
    this.#listeners--;
  }

  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
  }

  #start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    void this.#read(() => {
      resolve(undefined);
    });
    return promise.then(() => undefined);
  }

  async #read(listening: () => void): Promise<void> {
    let last: string | undefined;
    // A client that polls again and again finds the reader still at work.
    for (let idle = 0; !this.#closed && idle < 2; idle = this.#listeners > 0 ? 0 : idle + 1) {
      try {
        last ??= await this.#newestEvent();
        listening();
        const read = await this.#redis.xread(
          'COUNT',
          COUNT,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          this.#stream,
          last,
        );
        for (const [id, fields] of read?.[0]?.[1] ?? []) {
          last = id;
          const taskId = fields[fields.indexOf('jobId') + 1];
          if (taskId !== undefined) this.#heard(taskId);
        }
      } catch {
        // The connection reports outages, and those who wait read again by themselves now and then.
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
    this.#reading = undefined;
  }

  async #newestEvent(): Promise<string> {
    const [newest] = await this.#redis.xrevrange(this.#stream, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  }
}

/** Resolves with `promise`, or when the time is up. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  const up = Promise.withResolvers<undefined>();
  const timer = setTimeout(up.resolve, ms, undefined);
  await Promise.race([promise, up.promise]);
  clearTimeout(timer);
}
