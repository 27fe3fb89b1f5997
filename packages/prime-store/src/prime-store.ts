import type { Cluster, Redis } from 'ioredis';
import { COMMIT } from './lease-scripts.ts';
import { Manifest } from './manifest.ts';
import { decodeSegment, encodeSegment, type Segment } from './segment-codec.ts';
import { CorruptSegmentError, MissingSegmentError } from './segment-errors.ts';
import { StoreKeys } from './store-keys.ts';

/** The connection of the store. Its owner opens and closes it. */
export type StoreRedis = Redis | Cluster;

export interface StoreOptions {
  /** `STORE_PREFIX`, default `primes`. Stores with different prefixes are independent. */
  readonly prefix?: string | undefined;
}

/** A stored segment, or the error that explains why there is none. */
export type SegmentLookup = Segment | MissingSegmentError | CorruptSegmentError;

/**
 * The cache of primes that all processes share: immutable segments, and a manifest. A segment exists if it has an entry in
 * the manifest. Redis errors are not wrapped.
 */
export class PrimeStore {
  readonly #redis: StoreRedis;
  readonly #keys: StoreKeys;

  constructor(redis: StoreRedis, { prefix }: StoreOptions = {}) {
    this.#redis = redis;
    this.#keys = new StoreKeys(prefix);
  }

  async manifest(): Promise<Manifest> {
    return new Manifest(await this.#redis.hgetall(this.#keys.manifest));
  }

  /**
   * Reads segments in the given order, in one round trip: 128 KiB of memory each, so read only a few at a time.
   */
  async get(segments: readonly number[]): Promise<SegmentLookup[]> {
    if (segments.length === 0) return [];
    const values = await this.#redis.mgetBuffer(segments.map((segment) => this.#keys.segment(segment)));
    return segments.map((segment, i) => lookup(segment, values[i]));
  }

  /** Whether all segments are stored, in one round trip; does not verify checksums. */
  async exists(segments: readonly number[]): Promise<boolean> {
    if (segments.length === 0) return true;
    const found = await this.#redis.exists(segments.map((segment) => this.#keys.segment(segment)));
    return found === segments.length;
  }

  /**
   * Stores segments, then adds them to the manifest and releases the leases that `owner` still has on them. Idempotent.
   * If it rejects, bytes may be stored, but without an entry.
   *
   * @throws {RangeError} if a segment is invalid (see `encodeSegment`); then nothing is stored
   */
  async put(segments: readonly Segment[], { owner }: { readonly owner?: string } = {}): Promise<void> {
    if (segments.length === 0) return;
    const values = segments.map(
      (segment) => [this.#keys.segment(segment.segment), encodeSegment(segment)] as const,
    );
    // Not in one transaction: ioredis copies the Buffers of a pipeline twice and those of a command once, and the copies
    // are garbage for V8 to collect. So the entry is written after the bytes, by one command: a transaction of two took
    // 35 us of this process instead of 8.
    await Promise.all(values.map(([key, value]) => this.#redis.set(key, value)));
    const counts = segments.flatMap(({ segment, count }) => [segment, count]);
    if (owner === undefined) {
      await this.#redis.hset(this.#keys.manifest, ...counts);
    } else {
      const keys = [this.#keys.manifest, ...segments.map(({ segment }) => this.#keys.lease(segment))];
      await this.#redis.eval(COMMIT, keys.length, ...keys, owner, ...counts);
    }
  }

  /**
   * Removes a missing or corrupt segment from the manifest, so that the next task that needs it computes it.
   */
  async drop(segment: number): Promise<void> {
    await this.#redis.hdel(this.#keys.manifest, String(segment));
  }
}

function lookup(segment: number, value: Buffer | null | undefined): SegmentLookup {
  if (!value) return new MissingSegmentError(segment);
  try {
    return decodeSegment(segment, value);
  } catch (error) {
    if (error instanceof CorruptSegmentError) return error;
    throw error;
  }
}
