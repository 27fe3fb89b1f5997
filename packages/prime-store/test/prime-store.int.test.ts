import { describe, expect, it } from '@jest/globals';
import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import { startRedis, uniquePrefix } from '@primes/testing';
import { CorruptSegmentError, decodeSegment, encodeSegment, MissingSegmentError } from '../src/index.ts';
import { firstSegments, openStore, syntheticSegment, syntheticSegments } from './open-store.ts';

describe('PrimeStore', () => {
  it('is empty initially', async () => {
    await using own = openStore();
    const manifest = await own.store.manifest();
    expect(manifest.stored).toBe(0);
    expect(await own.store.exists([])).toBe(true);
    expect(await own.store.exists([0])).toBe(false);
    expect(await own.store.get([0])).toEqual([new MissingSegmentError(0)]);
    expect(await own.store.get([])).toEqual([]);
  });

  it('returns the stored segments in the requested order', async () => {
    await using own = openStore();
    const segments = syntheticSegments(3);
    await own.store.put(segments);
    const [a, b, c, d] = await own.store.get([2, 0, 5, 2]);
    expect(sameSegment(a, segments[2])).toBe(true);
    expect(sameSegment(b, segments[0])).toBe(true);
    expect(c).toEqual(new MissingSegmentError(5));
    expect(sameSegment(d, segments[2])).toBe(true);

    const manifest = await own.store.manifest();
    expect(firstSegments(4).map((segment) => manifest.count(segment))).toEqual([
      3_000,
      3_003,
      3_006,
      undefined,
    ]);
    expect(manifest.cachedPrimes).toBe(3 + 3_000 + 3_003 + 3_006);
    expect(await own.store.exists([0, 1, 2])).toBe(true);
    expect(await own.store.exists([0, 1, 2, 3])).toBe(false);
  });

  it('stores nothing if one of the segments is invalid', async () => {
    await using own = openStore();
    const transferred = { segment: 1, bitmap: new Uint8Array(0), count: 5 };
    await expect(own.store.put([syntheticSegment(0), transferred])).rejects.toThrow(RangeError);
    expect(await own.redis.keys(`${own.prefix}*`)).toEqual([]);
    await own.store.put([]);
    expect(await own.redis.keys(`${own.prefix}*`)).toEqual([]);
  });

  it('treats a segment without a manifest entry as missing', async () => {
    await using own = openStore();
    await own.redis.set(own.keys.segment(0), encodeSegment(syntheticSegment(0)));
    const manifest = await own.store.manifest();
    expect(manifest.has(0)).toBe(false);
    expect(manifest.covers(4)).toBe(false);
    const claim = await own.leases.claim([0], { owner: 'next', ttlMs: 60_000 });
    expect(claim.claimed).toEqual([0]);
  });

  it('rejects with the error of Redis if the commit fails', async () => {
    await using own = openStore();
    await own.redis.set(own.keys.manifest, 'not a hash');
    await expect(own.store.put([syntheticSegment(0)])).rejects.toThrow(/^WRONGTYPE/);
  });

  it('supports two concurrent writers of the same segments', async () => {
    await using own = openStore();
    await using other = openStore({ prefix: own.prefix });
    const segments = syntheticSegments(4);
    const rounds = Array.from({ length: 5 }, () => [
      own.store.put(segments),
      other.store.put(segments.toReversed()),
    ]);
    await Promise.all(rounds.flat());

    const found = await own.store.get(firstSegments(4));
    expect(found.map((segment, i) => sameSegment(segment, segments[i]))).toEqual([true, true, true, true]);
    const manifest = await own.store.manifest();
    expect(manifest.cachedPrimes).toBe(3 + 3_000 + 3_003 + 3_006 + 3_009);
  });

  it('reports why a segment is corrupt; drop() removes it', async () => {
    await using own = openStore();
    await own.store.put(syntheticSegments(2));
    await own.redis.setrange(own.keys.segment(1), 5_000, Buffer.of(0xff));
    const [intact, corrupt] = await own.store.get([0, 1]);
    expect(intact).not.toBeInstanceOf(Error);
    expect(corrupt).toBeInstanceOf(CorruptSegmentError);
    expect(corrupt).toMatchObject({
      segment: 1,
      reason: expect.stringMatching(/^checksum is \d+, expected \d+$/),
    });

    await own.store.drop(1);
    await own.store.drop(1);
    const manifest = await own.store.manifest();
    expect([manifest.has(0), manifest.has(1)]).toEqual([true, false]);

    await own.store.put([syntheticSegment(1)]);
    expect(sameSegment((await own.store.get([1]))[0], syntheticSegment(1))).toBe(true);
  });

  it('does not affect a store under another prefix', async () => {
    const prefix = uniquePrefix();
    await using own = openStore({ prefix: `${prefix}-a` });
    await using other = openStore({ prefix: `${prefix}-b` });
    await own.store.put([syntheticSegment(0)]);
    await own.leases.claim([1], { owner: 'a', ttlMs: 60_000 });
    await other.store.drop(0);

    const manifest = await other.store.manifest();
    expect(manifest.stored).toBe(0);
    expect(await other.store.exists([0])).toBe(false);
    const claim = await other.leases.claim([0, 1], { owner: 'b', ttlMs: 60_000 });
    expect(claim).toEqual({ claimed: [0, 1], stored: [], busy: [] });
    expect((await own.store.manifest()).has(0)).toBe(true);
  });

  it('decodes the Buffers of ioredis at any offset', async () => {
    await using own = openStore();
    const bitmap = Uint8Array.from({ length: 3 }, (_, i) => i + 1);
    // Short values, so that many replies share one chunk of the socket and ioredis returns slices of it.
    await Promise.all(
      firstSegments(32).map((segment) =>
        own.redis.set(own.keys.segment(segment), encodeSegment({ segment, bitmap, count: 4 }, 3)),
      ),
    );
    const values = await own.redis.mgetBuffer(firstSegments(32).map((segment) => own.keys.segment(segment)));
    expect(new Set(values.map((value) => (value?.byteOffset ?? 0) % 8)).size).toBeGreaterThan(1);
    for (const [segment, value] of values.entries()) {
      expect([...decodeSegment(segment, value ?? Buffer.alloc(0), 3).bitmap]).toEqual([1, 2, 3]);
    }
  });

  it('fits each segment into one allocation of 131,072 bytes', async () => {
    await using own = openStore();
    await own.store.put(syntheticSegments(8));
    for (const segment of firstSegments(8)) {
      const key = own.keys.segment(segment);
      const used = await own.redis.memory('USAGE', key);
      // In addition to the value: its object, the key's string and the dictionary entry.
      expect(used).toBeGreaterThanOrEqual(SEGMENT_BYTES);
      expect(used).toBeLessThanOrEqual(131_072 + 16 + 24 + 2 * (key.length + 16));
    }
  });

  it('commits nothing if Redis has no memory for a segment', async () => {
    await using server = await startRedis();
    await using own = openStore({ url: server.url });
    const used = /used_memory:(\d+)/.exec(await own.redis.info('memory'))?.[1];
    await own.redis.config('SET', 'maxmemory', Number(used) + 1_000_000);
    await expect(own.store.put(syntheticSegments(16))).rejects.toThrow(/^OOM/);
    expect((await own.store.manifest()).stored).toBe(0);
    await own.redis.config('SET', 'maxmemory', 0);
  });

  it('adds no manifest entry for a segment that was not written', async () => {
    await using server = await startRedis();
    await using own = openStore({ url: server.url });
    await own.redis.call('ACL', 'SETUSER', 'default', '-set');
    await expect(own.store.put(syntheticSegments(2))).rejects.toThrow(/^NOPERM/);
    expect((await own.store.manifest()).stored).toBe(0);
  });
});

function sameSegment(found: unknown, expected: ReturnType<typeof syntheticSegment> | undefined): boolean {
  if (!expected || typeof found !== 'object' || found === null || !('bitmap' in found)) return false;
  const { bitmap, ...rest } = found as typeof expected;
  const { bitmap: expectedBitmap, ...expectedRest } = expected;
  return (
    JSON.stringify(rest) === JSON.stringify(expectedRest) && Buffer.compare(bitmap, expectedBitmap) === 0
  );
}
