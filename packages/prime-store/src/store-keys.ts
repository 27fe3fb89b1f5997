import { SEGMENT_BYTES } from '@primes/sieve';
import { FORMAT_VERSION } from './segment-codec.ts';

/** `STORE_PREFIX` where none is given. In a Redis Cluster it must be one hash tag: `{primes}`. */
export const DEFAULT_STORE_PREFIX = 'primes';

/**
 * The names of all keys of one store. Format version and segment size are part of each, so that releases
 * which differ in them share a server during a rollout and never read each other's bytes.
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

  /** A string that expires: the owner who computes the segment now. */
  lease(segment: number): string {
    return `${this.#root}:lease:${segment}`;
  }
}
