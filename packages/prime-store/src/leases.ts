import { CLAIM, RELEASE, RENEW } from './lease-scripts.ts';
import type { StoreOptions, StoreRedis } from './prime-store.ts';
import { StoreKeys } from './store-keys.ts';

/**
 * A large task takes this many segments at a time and leaves the rest to other workers: 63 million numbers, about 8 ms of
 * sieving on one core. A claim takes 0.3 ms (measured), so a larger number would gain little.
 */
const MAX_CLAIMED = 16;

/**
 * Maximum number of segments that a claim checks, from the lowest. 512 busy ones block Redis for 1 ms (measured); all 5,800
 * of a billion primes would block it for 22. Only with 32 workers on lower segments does the limit matter.
 */
const MAX_CANDIDATES = 512;

export interface LeaseOptions {
  /**
   * Unique to the run, not only to the worker or the task: two runs with the same owner would share their leases.
   */
  readonly owner: string;
  /** Time until a lease expires unless it is renewed: after a crash, others wait this long. */
  readonly ttlMs: number;
}

/**
 * All lists are ascending. A segment in none of them was not checked, because enough lower ones were claimed or busy.
 */
export interface Claim {
  /** To be computed by this owner now. */
  readonly claimed: number[];
  /** Already stored. */
  readonly stored: number[];
  /** Leased by another owner: claim again later. */
  readonly busy: number[];
}

/** Leases of missing segments, so that without faults no two workers sieve the same one. */
export class SegmentLeases {
  readonly #redis: StoreRedis;
  readonly #keys: StoreKeys;

  constructor(redis: StoreRedis, { prefix }: StoreOptions = {}) {
    this.#redis = redis;
    this.#keys = new StoreKeys(prefix);
  }

  /**
   * Leases the lowest of `segments` that are neither stored nor leased, at most `most` (default 16), in one atomic step.
   * Leases that the owner already holds are renewed and count as claimed.
   */
  async claim(
    segments: readonly number[],
    options: LeaseOptions & { readonly most?: number },
  ): Promise<Claim> {
    const { owner, ttlMs, most = MAX_CLAIMED } = options;
    const ascending = segments.toSorted((a, b) => a - b).slice(0, MAX_CANDIDATES);
    const keys = [this.#keys.manifest, ...this.#leaseKeys(ascending)];
    const lists = await this.#redis.eval(CLAIM, keys.length, ...keys, owner, ttlMs, most, ...ascending);
    const [claimed, stored, busy] = lists as [string[], string[], string[]];
    return { claimed: claimed.map(Number), stored: stored.map(Number), busy: busy.map(Number) };
  }

  /**
   * Restarts the time to live; returns the segments whose leases the owner still holds. The others may be computed twice.
   */
  async renew(segments: readonly number[], { owner, ttlMs }: LeaseOptions): Promise<number[]> {
    const keys = this.#leaseKeys(segments);
    const held = await this.#redis.eval(RENEW, keys.length, ...keys, owner, ttlMs, ...segments);
    return (held as string[]).map(Number);
  }

  /**
   * Releases leases without a result: on hand-over, cancellation and failure. `PrimeStore.put` also releases them.
   */
  async release(segments: readonly number[], owner: string): Promise<void> {
    const keys = this.#leaseKeys(segments);
    await this.#redis.eval(RELEASE, keys.length, ...keys, owner);
  }

  #leaseKeys(segments: readonly number[]): string[] {
    return segments.map((segment) => this.#keys.lease(segment));
  }
}
