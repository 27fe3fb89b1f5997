import type { Cluster, Redis } from 'ioredis';
import { RELEASE } from './lease-scripts.ts';
import { Manifest } from './manifest.ts';
import { decodeSegment, encodeSegment, type Segment } from './segment-codec.ts';
import { CorruptSegmentError, MissingSegmentError } from './segment-errors.ts';
import { StoreKeys } from './store-keys.ts';

/** A client of the server or the Cluster that holds the store. Its owner connects and closes it. */
export type StoreRedis = Redis | Cluster;

export interface StoreOptions {
  /** `STORE_PREFIX`, default `primes`. Stores under different prefixes never touch each other. */
  readonly prefix?: string | undefined;
}

/** What the store has of one segment: the segment, or why there is none, to be thrown, logged or counted. */
export type SegmentLookup = Segment | MissingSegmentError | CorruptSegmentError;

/**
 * The cache of primes that all processes share: immutable segments, and a manifest whose entry makes a
 * segment exist. Errors of Redis come out as they are.
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
   * The segments in the order asked for, in one round trip: 128 KiB of memory each, so ask for a few at a
   * time.
   */
  async get(segments: readonly number[]): Promise<SegmentLookup[]> {
    if (segments.length === 0) return [];
    const values = await this.#redis.mgetBuffer(segments.map((segment) => this.#keys.segment(segment)));
    return segments.map((segment, i) => lookup(segment, values[i]));
  }

  /** Whether the bytes of all of them are there, in one round trip; their checksums are another matter. */
  async exists(segments: readonly number[]): Promise<boolean> {
    if (segments.length === 0) return true;
    const found = await this.#redis.exists(segments.map((segment) => this.#keys.segment(segment)));
    return found === segments.length;
  }

  /**
   * Stores the segments, then enters them in the manifest and releases the leases that `owner` still has on
   * them. Storing a segment again changes nothing. When it rejects, bytes may be stored, but without an entry.
   *
   * @throws {RangeError} If one cannot be a segment (see `encodeSegment`); nothing is stored then.
   */
  async put(segments: readonly Segment[], { owner }: { readonly owner?: string } = {}): Promise<void> {
    if (segments.length === 0) return;
    const values = segments.map(
      (segment) => [this.#keys.segment(segment.segment), encodeSegment(segment)] as const,
    );
    // Not in the transaction: ioredis copies the Buffers of a pipeline twice and those of a command once, and
    // what it allocates is garbage for V8 to collect. So the entry waits for the bytes that it promises.
    await Promise.all(values.map(([key, value]) => this.#redis.set(key, value)));
    const counts = segments.flatMap(({ segment, count }) => [segment, count]);
    const transaction = this.#redis.multi().hset(this.#keys.manifest, ...counts);
    if (owner !== undefined) {
      const leases = segments.map(({ segment }) => this.#keys.lease(segment));
      transaction.eval(RELEASE, leases.length, ...leases, owner);
    }
    for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
  }

  /**
   * Takes a missing or corrupt segment out of the manifest, so that the next task which needs it computes it.
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
