import { EventEmitter } from 'node:events';
import { cancelChannel } from '@primes/contracts';
import type { Redis } from 'ioredis';
import { TaskEvents, type TaskEventsConfig } from './task-events.ts';

/** Milliseconds after which a waiting client's task is read again without an event: events can be trimmed. */
const REREAD_MS = 5_000;

/** Tells those who wait for a task that it has changed; what it is now, they read for themselves. */
export class TaskWatcher {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #events: TaskEvents;
  readonly #cancels: Redis;

  /** `redis` must be a background connection: copies of it block and subscribe. */
  constructor(redis: Redis, config: TaskEventsConfig) {
    const changed = (id: string) => this.#emitter.emit(id);
    const copy = () => redis.duplicate().on('error', () => undefined);
    this.#events = new TaskEvents(copy(), config, changed);
    this.#cancels = copy();
    this.#cancels.on('message', (_channel, id: string) => changed(id));
    void this.#cancels.subscribe(cancelChannel(config.QUEUE_PREFIX)).catch(() => undefined);
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
    await this.#events.listen();
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
      this.#events.unlisten();
      this.#emitter.off(id, changed);
      signal.removeEventListener('abort', changed);
    }
  }

  close(): void {
    this.#cancels.disconnect();
    this.#events.close();
  }
}
