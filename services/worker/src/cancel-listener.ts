import type { RedisClient } from '@primes/contracts';
import type { RunningTasks } from './running-tasks.ts';

/** Subscribes to cancelled tasks, and interrupts those that run in this process. */
export class CancelListener {
  readonly #redis: RedisClient;

  /** @param redis a background connection; a duplicate of it subscribes */
  constructor(redis: { duplicate(): RedisClient }, running: RunningTasks, channel: string) {
    this.#redis = redis.duplicate();
    this.#redis.on('error', () => undefined);
    this.#redis.on('message', (_channel, id: string) => {
      running.interrupt(id, 'cancelled');
    });
    void this.#redis.subscribe(channel).catch(() => undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
