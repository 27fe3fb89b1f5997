import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import { testRedisUrl, uniquePrefix } from '@primes/testing';
import { Redis } from 'ioredis';
import { PrimeStore, SegmentLeases, StoreKeys, type Segment } from '../src/index.ts';

/** A store with its own prefix and connection; disposing of it removes its keys. */
export function openStore({ url = testRedisUrl(), prefix = uniquePrefix() } = {}) {
  const redis = new Redis(url);
  return {
    redis,
    prefix,
    keys: new StoreKeys(prefix),
    store: new PrimeStore(redis, { prefix }),
    leases: new SegmentLeases(redis, { prefix }),
    async [Symbol.asyncDispose]() {
      const keys = await redis.keys(`${prefix}*`);
      if (keys.length > 0) await redis.unlink(keys);
      await redis.quit();
    },
  };
}

/**
 * A segment with arbitrary bits: three in each of the first bytes, and more of these bytes in higher segments.
 */
export function syntheticSegment(segment: number): Segment {
  const bitmap = new Uint8Array(SEGMENT_BYTES).fill(0b1010_0100, 0, 1_000 + segment);
  return { segment, bitmap, count: 3 * (1_000 + segment) };
}

export function syntheticSegments(count: number): Segment[] {
  return Array.from({ length: count }, (_, segment) => syntheticSegment(segment));
}

/** The integers from 0 to `count` - 1. */
export function firstSegments(count: number): number[] {
  return Array.from({ length: count }, (_, segment) => segment);
}

/** Like Array.fromAsync of ES2026. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
