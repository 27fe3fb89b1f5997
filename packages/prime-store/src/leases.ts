import { CLAIM, RELEASE, RENEW } from './lease-scripts.ts';
import type { StoreOptions, StoreRedis } from './prime-store.ts';
import { StoreKeys } from './store-keys.ts';

/**
 * One huge task takes this many segments at a time and leaves the rest to the others: 63 million numbers,
 * some 8 ms of sieving on one core. A claim takes 0.3 ms (measured), so that more at a time would gain
 * little.
 */
const MOST_CLAIMED = 16;

/**
 * A claim looks at this many of the lowest segments. 512 busy ones take Redis 1 ms (measured), in which it
 * serves nobody else; all 5,800 of a billion primes would take 22. It takes 32 workers with all their leases
 * below to make it matter.
 */
const MOST_LOOKED_AT = 512;

export interface LeaseOptions {
  /**
   * Unique to this run of one task, not to its pod or its task id: two runs with one owner would share their
   * leases.
   */
  readonly owner: string;
  /** How long a lease lives unless it is renewed: after a crash, others wait this long. */
  readonly ttlMs: number;
}

/**
 * Every list is ascending. A segment in none of them was not looked at: enough lower ones were claimed or
 * busy.
 */
export interface Claim {
  /** To be computed by this owner now. */
  readonly claimed: number[];
  /** Stored by now: nothing to compute. */
  readonly stored: number[];
  /** Leased by another: ask again a little later. */
  readonly busy: number[];
}

/** Who computes which missing segment, so that without faults no two workers sieve the same one. */
export class SegmentLeases {
  readonly #redis: StoreRedis;
  readonly #keys: StoreKeys;

  constructor(redis: StoreRedis, { prefix }: StoreOptions = {}) {
    this.#redis = redis;
    this.#keys = new StoreKeys(prefix);
  }

  /**
   * Leases the lowest of `segments` that are neither stored nor leased, at most `most` (default 16) of them,
   * in one atomic step. Those that the owner holds already count as claimed, with their time to live as new.
   */
  async claim(
    segments: readonly number[],
    options: LeaseOptions & { readonly most?: number },
  ): Promise<Claim> {
    const { owner, ttlMs, most = MOST_CLAIMED } = options;
    const ascending = segments.toSorted((a, b) => a - b).slice(0, MOST_LOOKED_AT);
    const keys = [this.#keys.manifest, ...this.#leaseKeys(ascending)];
    const lists = await this.#redis.eval(CLAIM, keys.length, ...keys, owner, ttlMs, most, ...ascending);
    const [claimed, stored, busy] = lists as [string[], string[], string[]];
    return { claimed: claimed.map(Number), stored: stored.map(Number), busy: busy.map(Number) };
  }

  /**
   * Starts the time to live anew; returns the segments that are still the owner's. The others may be computed
   * twice.
   */
  async renew(segments: readonly number[], { owner, ttlMs }: LeaseOptions): Promise<number[]> {
    const keys = this.#leaseKeys(segments);
    const held = await this.#redis.eval(RENEW, keys.length, ...keys, owner, ttlMs, ...segments);
    return (held as string[]).map(Number);
  }

  /**
   * Gives back leases without a result: on hand-over, cancel and failure. `PrimeStore.put` does it with one.
   */
  async release(segments: readonly number[], owner: string): Promise<void> {
    const keys = this.#leaseKeys(segments);
    await this.#redis.eval(RELEASE, keys.length, ...keys, owner);
  }

  #leaseKeys(segments: readonly number[]): string[] {
    return segments.map((segment) => this.#keys.lease(segment));
  }
}
