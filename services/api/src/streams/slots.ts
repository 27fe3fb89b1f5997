import { HttpError } from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';

/** Limits of long-lived responses, in total and each. */
export interface StreamLimits {
  readonly results: Slots;
  readonly watchers: Slots;
  /** Milliseconds within which a client must read what is written. */
  readonly stallMs: number;
}

export function streamLimits(
  config: Pick<ApiConfig, 'MAX_RESULT_STREAMS' | 'MAX_WATCHERS' | 'STALL_TIMEOUT_MS'>,
): StreamLimits {
  return {
    results: new Slots(config.MAX_RESULT_STREAMS, 'results'),
    watchers: new Slots(config.MAX_WATCHERS, 'event streams and long-polls'),
    stallMs: config.STALL_TIMEOUT_MS,
  };
}

/** Limits long-lived responses of one kind: each takes memory for as long as its client stays. */
export class Slots {
  readonly #max: number;
  readonly #what: string;
  #taken = 0;

  /** @param what the name of these responses in the problem detail */
  constructor(max: number, what: string) {
    this.#max = max;
    this.#what = what;
  }

  /**
   * Runs `work` in a slot.
   *
   * @throws {HttpError} `too_many_streams`
   */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#max) {
      const detail = `At most ${this.#max} ${this.#what} may be open at the same time`;
      throw new HttpError('too_many_streams', { detail, retryAfter: 2 });
    }
    this.#taken++;
    try {
      return await work();
    } finally {
      this.#taken--;
    }
  }
}
