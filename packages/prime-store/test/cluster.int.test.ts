import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, uniquePrefix } from '@primes/testing';
import { PrimeStore, readSegments, SegmentLeases } from '../src/index.ts';
import { collect, firstSegments, syntheticSegments } from './open-store.ts';

describe('a store in a Redis Cluster', () => {
  let server: Awaited<ReturnType<typeof startCluster>>;

  beforeAll(async () => {
    server = await startCluster();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('works with a prefix that is a hash tag', async () => {
    const prefix = `{${uniquePrefix()}}`;
    const store = new PrimeStore(server.cluster, { prefix });
    const leases = new SegmentLeases(server.cluster, { prefix });
    const segments = firstSegments(3);

    expect((await leases.claim(segments, { owner: 'a', ttlMs: 60_000 })).claimed).toEqual(segments);
    expect(await leases.renew(segments, { owner: 'a', ttlMs: 60_000 })).toEqual(segments);
    await store.put(syntheticSegments(3), { owner: 'a' });
    await leases.release(segments, 'a');
    expect(await store.exists(segments)).toBe(true);

    const manifest = await store.manifest();
    const page = { manifest, offset: 0, limit: manifest.cachedPrimes };
    const slices = await collect(readSegments(store, page));
    expect(slices.map((slice) => slice.kind)).toEqual(['wheel', 'bitmap', 'bitmap', 'bitmap']);
    await store.drop(2);
    expect((await store.manifest()).leadingSegments).toBe(2);
  });

  it('rejects the first claim under any other prefix', async () => {
    const leases = new SegmentLeases(server.cluster, { prefix: uniquePrefix() });
    const claim = leases.claim([0, 1], { owner: 'a', ttlMs: 60_000 });
    await expect(claim).rejects.toThrow(/slot/i);
  });
});
