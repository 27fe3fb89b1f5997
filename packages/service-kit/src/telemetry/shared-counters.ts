import type { RedisClient } from '@primes/contracts';
import { isErrorReply } from '../rejection-log.ts';
import { untraced } from './spans.ts';

/**
 * Counters in one hash, summed over processes and restarts. All increments of one turn of the event loop are sent as one
 * command per field: under load, about one for every 8 tasks. Increments that Redis rejects, for example at `maxmemory`,
 * are sent with the next ones. Increments in flight are lost if the process is killed, and lost or counted twice if the
 * connection is.
 */
export class SharedCounters<Field extends string> {
  readonly #redis: Pick<RedisClient, 'hincrby'>;
  readonly #key: string;
  readonly #pending = new Map<Field, number>();
  #isScheduled = false;

  constructor(redis: Pick<RedisClient, 'hincrby'>, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  add(field: Field, by = 1): void {
    if (by === 0) return;
    this.#keep(field, by);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // After all promises that the same reply of Redis has settled.
    process.nextTick(() => {
      this.#isScheduled = false;
      // It serves several requests or tasks, so it belongs to no trace.
      untraced(() => {
        this.#send();
      });
    });
  }

  #keep(field: Field, by: number): void {
    this.#pending.set(field, (this.#pending.get(field) ?? 0) + by);
  }

  #send(): void {
    const sent = [...this.#pending];
    this.#pending.clear();
    for (const [field, by] of sent) {
      this.#redis.hincrby(this.#key, field, by).catch((error: unknown) => {
        if (isErrorReply(error)) this.#keep(field, by);
      });
    }
  }
}
