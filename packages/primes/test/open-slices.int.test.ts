import { describe, expect, it } from '@jest/globals';
import { PrimeStore, allocateBitmap, type Manifest, type Segment } from '@primes/prime-store';
import { createRangeSieve } from '@primes/sieve';
import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import { Registry } from 'prom-client';
import { ResultMetrics } from '../src/result/metrics.ts';
import { ManifestCache } from '../src/manifest-cache.ts';
import { createOpenSlices } from '../src/result/open-slices.ts';
import { openStore } from './open-store.ts';

type Opened = ReturnType<typeof openStore>;

const sieve = createRangeSieve();

function sieved(segment: number): Segment {
  const bitmap = allocateBitmap();
  return { segment, bitmap, count: sieve.sieve(bitmap, segment * SEGMENT_BYTES) };
}

/** A worker stores `segment` between the second read of the manifest and its use. */
class RepairedStore extends PrimeStore {
  readonly #segment: Segment;
  #reads = 0;

  constructor({ redis, prefix }: Opened, segment: Segment) {
    super(redis, { prefix });
    this.#segment = segment;
  }

  override async manifest(): Promise<Manifest> {
    const manifest = await super.manifest();
    if (++this.#reads === 2) await this.put([this.#segment]);
    return manifest;
  }
}

describe('a reader that waits for a repair', () => {
  it.each<{ name: string; damage: (opened: Opened) => Promise<unknown> }>([
    { name: 'a segment is missing', damage: ({ redis, keys }) => redis.unlink(keys.segment(1)) },
    {
      name: 'an entry of the manifest is missing',
      damage: ({ redis, keys }) => redis.hdel(keys.manifest, '1'),
    },
  ])('keeps what a worker has stored since it read the manifest: $name', async ({ damage }) => {
    await using opened = openStore();
    await opened.store.put([sieved(0), sieved(1)]);
    await damage(opened);
    const store = new RepairedStore(opened, sieved(1));
    const openSlices = createOpenSlices({
      store,
      manifests: new ManifestCache(store, opened.redis),
      metrics: new ResultMetrics(new Registry()),
      log: { warn: () => undefined },
      recompute: () => Promise.resolve(),
    });
    const client = { requestId: 'request', traceparent: '', signal: new AbortController().signal };

    await openSlices(400_000, { offset: 399_999, take: 1 }, client);

    expect(await opened.stored()).toBe(2);
  });
});
