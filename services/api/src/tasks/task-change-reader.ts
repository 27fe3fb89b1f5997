import type { RedisClient } from '@primes/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiConfig } from '../config.ts';

/** Milliseconds for which one read blocks, and after which an idle reader stops. */
const BLOCK_MS = 2_000;
/** Maximum number of events per read. */
const COUNT = 1_000;
/** Milliseconds until a retry after a failed read. */
const RETRY_MS = 500;
/** BullMQ's events after which a task does not change any more. */
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'removed']);

export interface TaskChangeReaderConfig extends Pick<ApiConfig, 'QUEUE_PREFIX' | 'REDIS_COMMAND_TIMEOUT_MS'> {
  readonly queue: string;
}

/**
 * Reads the ids of changed tasks from BullMQ's event stream while there are listeners. BullMQ's own QueueEvents always
 * reads the stream: submitting 25,000 tasks without listeners kept the api busy with 25,000 events.
 */
export class TaskChangeReader {
  readonly #redis: RedisClient;
  readonly #stream: string;
  readonly #onChange: (taskId: string, ended: boolean) => void;
  readonly #timeoutMs: number;
  #listeners = 0;
  #reading: Promise<void> | undefined;
  #closed = false;

  /** @param redis used only here, because reads block it */
  constructor(
    redis: RedisClient,
    { queue, QUEUE_PREFIX: prefix, REDIS_COMMAND_TIMEOUT_MS: timeoutMs }: TaskChangeReaderConfig,
    onChange: (taskId: string, ended: boolean) => void,
  ) {
    this.#redis = redis;
    this.#stream = `${prefix}:${queue}:events`;
    this.#onChange = onChange;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves once all further changes will be reported, until `unlisten`. Resolves at once while Redis is unavailable,
   * and after the command timeout if it hangs: the next read of the task then reports the error.
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
    // The reader continues for a moment, for clients that poll repeatedly.
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
          const taskId = valueOf(fields, 'jobId');
          if (taskId !== undefined) this.#onChange(taskId, ENDS.has(valueOf(fields, 'event') ?? ''));
        }
      } catch {
        // The connection logs outages, and watchers also read periodically.
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

function valueOf(fields: readonly string[], name: string): string | undefined {
  return fields[fields.indexOf(name) + 1];
}

/** Resolves with `promise`, or after a timeout. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  const up = Promise.withResolvers<undefined>();
  const timer = setTimeout(up.resolve, ms, undefined);
  await Promise.race([promise, up.promise]);
  clearTimeout(timer);
}
