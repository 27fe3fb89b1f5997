import { EventEmitter } from 'node:events';
import { TASK_QUEUE, cancelChannel } from '@primes/contracts';
import { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';

/** Milliseconds after which a waiting client's task is read again without an event: events can be trimmed. */
const REREAD_MS = 5_000;

/** Tells those who wait for a task that it has changed; what it is now, they read for themselves. */
export class TaskWatcher {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #events: QueueEvents;
  readonly #cancels: Redis;

  /** `redis` must be a background connection: both of its uses block or subscribe on a copy of it. */
  constructor(redis: Redis, { QUEUE_PREFIX: prefix }: Pick<ApiConfig, 'QUEUE_PREFIX'>) {
    this.#events = new QueueEvents(TASK_QUEUE, { connection: redis, prefix });
    this.#events.on('error', () => undefined);
    const changed = ({ jobId }: { jobId: string }) => this.#emitter.emit(jobId);
    for (const event of ['active', 'progress', 'waiting', 'delayed', 'completed', 'failed'] as const) {
      this.#events.on(event, changed);
    }
    this.#cancels = redis.duplicate();
    this.#cancels.on('error', () => undefined);
    this.#cancels.on('message', (_channel, id: string) => this.#emitter.emit(id));
    void this.#cancels.subscribe(cancelChannel(prefix)).catch(() => undefined);
  }

  async ready(): Promise<void> {
    await this.#events.waitUntilReady();
  }

  /** How many clients wait. */
  get watching(): number {
    return this.#emitter.eventNames().length;
  }

  /**
   * Subscribes to a task and then reads it, so that no change falls between. Yields what `read` gives
   * at once, after every change, and every few seconds in case an event was lost, until `signal` aborts.
   */
  async *changes<T>(
    id: string,
    { read, signal }: { read: () => Promise<T>; signal: AbortSignal },
  ): AsyncGenerator<T> {
    let wake = Promise.withResolvers<undefined>();
    const changed = () => {
      wake.resolve(undefined);
    };
    this.#emitter.on(id, changed);
    signal.addEventListener('abort', changed);
    try {
      while (!signal.aborted) {
        // Renewed before the read: what changes while it is under way, wakes again.
        wake = Promise.withResolvers();
        yield await read();
        const reread = setTimeout(changed, REREAD_MS);
        await wake.promise;
        clearTimeout(reread);
      }
    } finally {
      this.#emitter.off(id, changed);
      signal.removeEventListener('abort', changed);
    }
  }

  async close(): Promise<void> {
    this.#cancels.disconnect();
    await this.#events.close();
  }
}
