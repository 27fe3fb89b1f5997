import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import { FORMAT_VERSION } from './segment-codec.ts';

/** The default of `STORE_PREFIX`. In a Redis Cluster it must be a hash tag: `{primes}`. */
export const DEFAULT_STORE_PREFIX = 'primes';

/**
 * The keys of a store. They contain the format version and the segment size, so releases that differ in these can share a
 * server during a rollout and never read each other's bytes.
 */
export class StoreKeys {
  /** A hash: segment → number of primes in it. */
  readonly manifest: string;
  readonly #root: string;

  constructor(prefix: string = DEFAULT_STORE_PREFIX) {
    this.#root = `${prefix}:v${FORMAT_VERSION}:${SEGMENT_BYTES}`;
    this.manifest = `${this.#root}:current`;
  }

  /** A string: the encoded segment. */
  segment(segment: number): string {
    return `${this.#root}:segment:${segment}`;
  }

  /** A string that expires: the owner that computes the segment. */
  lease(segment: number): string {
    return `${this.#root}:lease:${segment}`;
  }
}
