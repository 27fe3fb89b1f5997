import { cancelChannel } from '@primes/contracts';
import type { Redis } from 'ioredis';
import type { RunningTasks } from './running-tasks.ts';

/** Hears of every cancelled task, and interrupts it if it runs here. */
export class CancelListener {
  readonly #redis: Redis;

  /** `redis` must be a background connection; a copy of it subscribes. */
  constructor(redis: Redis, running: RunningTasks, queuePrefix: string) {
    this.#redis = redis.duplicate();
    this.#redis.on('error', () => undefined);
    this.#redis.on('message', (_channel, id: string) => {
      running.interrupt(id, 'cancelled');
    });
    void this.#redis.subscribe(cancelChannel(queuePrefix)).catch(() => undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
