import type { Redis } from 'ioredis';
import { untraced } from './spans.ts';

/**
 * Counters in one hash, summed over processes and restarts. What is counted in one turn of the event loop goes
 * out with it as one command a field: under load, one for every 8 submissions or so. A crash before that loses
 * it, and so does a Redis that is away.
 */
export class SharedCounters<Field extends string> {
  readonly #redis: Pick<Redis, 'hincrby'>;
  readonly #key: string;
  readonly #pending = new Map<Field, number>();

  constructor(redis: Pick<Redis, 'hincrby'>, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  add(field: Field, by = 1): void {
    if (by === 0) return;
    // After all promises that the same answer of Redis has settled.
    if (this.#pending.size === 0) {
      process.nextTick(() => {
        // It is done for several requests or tasks, and so in the trace of none.
        untraced(() => {
          this.#send();
        });
      });
    }
    this.#pending.set(field, (this.#pending.get(field) ?? 0) + by);
  }

  #send(): void {
    for (const [field, by] of this.#pending) {
      this.#redis.hincrby(this.#key, field, by).catch(() => undefined);
    }
    this.#pending.clear();
  }
}
