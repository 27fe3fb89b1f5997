import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sieveSegment, sievingPrimesUpTo } from '@primes/sieve';
import { countBits, SEGMENT_BYTES, SEGMENT_NUMBERS } from '@primes/sieve/bitmap';
import { eventually, startRedis } from '@primes/testing';
import fc from 'fast-check';
import { CorruptSegmentError, MissingSegmentError, readSegments, type PrimeSlice } from '../src/index.ts';
import { collect, openStore, syntheticSegments } from './open-store.ts';

const RESIDUES = [1, 7, 11, 13, 17, 19, 23, 29];

describe('readSegments() on real primes', () => {
  const SEGMENTS = 5;
  const all = primesBelow(SEGMENTS * SEGMENT_NUMBERS);
  let own: ReturnType<typeof openStore>;

  beforeAll(async () => {
    own = openStore();
    const sievingPrimes = sievingPrimesUpTo(Math.ceil(Math.sqrt(SEGMENTS * SEGMENT_NUMBERS)));
    for (let segment = 0; segment < SEGMENTS; segment++) {
      const bitmap = new Uint8Array(SEGMENT_BYTES);
      sieveSegment(bitmap, segment * SEGMENT_BYTES, sievingPrimes);
      await own.store.put([{ segment, bitmap, count: countBits(bitmap) }]);
    }
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
  });

  async function read(offset: number, limit: number): Promise<Uint32Array> {
    const manifest = await own.store.manifest();
    const primes: number[] = [];
    for await (const slice of readSegments(own.store, { manifest, offset, limit })) {
      for (const prime of primesOf(slice)) primes.push(prime);
    }
    return Uint32Array.from(primes);
  }

  it('reads the whole list', async () => {
    expect((await own.store.manifest()).cachedPrimes).toBe(all.length);
    expect(sameNumbers(await read(0, all.length), all)).toBe(true);
  });

  it('reads any page', async () => {
    // Half of the pages start near the start or a segment boundary, where a rank can be off by one.
    const edges = [0, 3];
    for (let segment = 1; segment <= SEGMENTS; segment++) {
      edges.push(all.findLastIndex((prime) => prime < segment * SEGMENT_NUMBERS) + 1);
    }
    const near = fc
      .tuple(fc.constantFrom(...edges), fc.integer({ min: -4, max: 4 }))
      .map(([edge, shift]) => Math.min(Math.max(edge + shift, 0), all.length));
    const rank = fc.oneof(near, fc.integer({ min: 0, max: all.length }));
    const length = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 600_000 }));
    await fc.assert(
      fc.asyncProperty(rank, length, async (offset, wanted) => {
        const limit = Math.min(wanted, all.length - offset);
        const page = await read(offset, limit);
        expect(sameNumbers(page, all.subarray(offset, offset + limit))).toBe(true);
      }),
      { numRuns: 60, examples: edges.map((edge): [number, number] => [Math.max(edge - 2, 0), 4]) },
    );
  });

  it('rejects a page that is not completely stored, before its first slice', async () => {
    await expect(read(all.length - 5, 6)).rejects.toEqual(new MissingSegmentError(SEGMENTS));
    await expect(read(all.length + 5, 1)).rejects.toEqual(new MissingSegmentError(SEGMENTS));
    expect(await read(all.length + 5, 0)).toHaveLength(0);
    await expect(read(-1, 1)).rejects.toThrow(RangeError);
    await expect(read(0, 1.5)).rejects.toThrow(RangeError);
  });
});

describe('readSegments() on an empty store', () => {
  it('still yields 2, 3 and 5', async () => {
    await using own = openStore();
    const manifest = await own.store.manifest();
    const slices = await collect(readSegments(own.store, { manifest, offset: 1, limit: 2 }));
    expect(slices).toEqual([{ kind: 'wheel', primes: [3, 5] }]);
    const beyond = readSegments(own.store, { manifest, offset: 1, limit: 3 });
    await expect(beyond.next()).rejects.toEqual(new MissingSegmentError(0));
  });
});

describe('readSegments() on a damaged store', () => {
  async function failure(own: ReturnType<typeof openStore>, damage: () => Promise<unknown>) {
    await own.store.put(syntheticSegments(6));
    const manifest = await own.store.manifest();
    await damage();
    const read: string[] = [];
    try {
      const page = { manifest, offset: 0, limit: manifest.cachedPrimes };
      for await (const slice of readSegments(own.store, page)) {
        read.push(slice.kind === 'wheel' ? 'wheel' : String(slice.firstByte / SEGMENT_BYTES));
      }
    } catch (error) {
      return { read, error };
    }
    throw new Error('The damage was not detected');
  }

  it('fails at a missing segment, after all segments before it', async () => {
    await using own = openStore();
    const { read, error } = await failure(own, () => own.redis.del(own.keys.segment(3)));
    expect(read).toEqual(['wheel', '0', '1', '2']);
    expect(error).toEqual(new MissingSegmentError(3));
  });

  it('fails at a corrupt segment', async () => {
    await using own = openStore();
    const { read, error } = await failure(own, () => own.redis.setrange(own.keys.segment(4), 40, 'x'));
    expect(read).toEqual(['wheel', '0', '1', '2', '3']);
    expect(error).toBeInstanceOf(CorruptSegmentError);
    expect(error).toMatchObject({ segment: 4 });
  });

  it('fails at a segment whose count differs from the manifest', async () => {
    await using own = openStore();
    await own.redis.hset(own.keys.manifest, 1, 1);
    const { read, error } = await failure(own, async () => {
      const other = syntheticSegments(3)[2];
      if (other) await own.store.put([{ ...other, segment: 1 }]);
    });
    expect(read).toEqual(['wheel', '0']);
    expect(error).toEqual(new CorruptSegmentError(1, 'expected 3003 primes, received 3006'));
  });
});

describe('readSegments() and its consumer', () => {
  /** A store of eight segments on its own server, so that only the reader sends MGET. */
  async function countedStore() {
    const server = await startRedis();
    const own = openStore({ url: server.url });
    await own.store.put(syntheticSegments(8));
    const manifest = await own.store.manifest();
    return {
      ...own,
      page: { manifest, offset: 3, limit: manifest.cachedPrimes - 3 },
      async fetches() {
        const stats = await own.redis.info('commandstats');
        return Number(/cmdstat_mget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
      },
      async [Symbol.asyncDispose]() {
        await own.redis.quit();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  it('fetches nothing before the first next()', async () => {
    await using own = await countedStore();
    const slices = readSegments(own.store, own.page);
    expect(await own.fetches()).toBe(0);
    await slices.next();
    await slices.return();
  });

  it('stays exactly one batch ahead of the consumer', async () => {
    await using own = await countedStore();
    const slices = readSegments(own.store, own.page);
    const ahead: number[] = [];
    while (!(await slices.next()).done) {
      // INFO uses the reader's connection, so Redis handles it after all fetches that have been sent.
      ahead.push(await own.fetches());
    }
    expect(ahead).toEqual([2, 2, 3, 3, 4, 4, 4, 4]);
    expect(await own.fetches()).toBe(4);
  });

  it('fetches only the segments of the page', async () => {
    await using own = await countedStore();
    const slices = await collect(readSegments(own.store, { ...own.page, offset: 3_000, limit: 10 }));
    expect(slices).toEqual([
      expect.objectContaining({ kind: 'bitmap', firstByte: 0, skip: 2_997, take: 3 }),
      expect.objectContaining({ kind: 'bitmap', firstByte: SEGMENT_BYTES, skip: 0, take: 7 }),
    ]);
    expect(await own.fetches()).toBe(1);
  });

  it('stops fetching after return()', async () => {
    await using own = await countedStore();
    for await (const slice of readSegments(own.store, own.page)) {
      expect(slice.kind).toBe('bitmap');
      break;
    }
    expect(await own.fetches()).toBe(2);
  });

  it('rejects with the abort reason and stops fetching', async () => {
    await using own = await countedStore();
    const controller = new AbortController();
    const slices = readSegments(own.store, { ...own.page, signal: controller.signal });
    await slices.next();
    const reason = new Error('The client disconnected');
    controller.abort(reason);
    await expect(slices.next()).rejects.toBe(reason);
    expect(await slices.next()).toEqual({ done: true, value: undefined });
    expect(await own.fetches()).toBe(2);

    const late = readSegments(own.store, { ...own.page, signal: controller.signal });
    await expect(late.next()).rejects.toBe(reason);
    expect(await own.fetches()).toBe(2);
  });

  it('stops fetching if it is aborted during a fetch', async () => {
    await using own = await countedStore();
    const controller = new AbortController();
    const next = readSegments(own.store, { ...own.page, signal: controller.signal }).next();
    controller.abort();
    await expect(next).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(await own.fetches()).toBe(1);
  });

  it('leaves no unhandled rejection if Redis and the consumer disconnect at once', async () => {
    await using server = await startRedis();
    const own = openStore({ url: server.url });
    await own.store.put(syntheticSegments(8));
    const manifest = await own.store.manifest();
    const slices = readSegments(own.store, { manifest, offset: 0, limit: manifest.cachedPrimes });
    // Redis delays the reply to the fetch that is sent while the consumer has 2, 3 and 5.
    await own.redis.client('PAUSE', 60_000);
    expect(await slices.next()).toEqual({ done: false, value: { kind: 'wheel', primes: [2, 3, 5] } });
    own.redis.disconnect();
    await slices.return();
    await eventually(() => {
      expect(own.redis.status).toBe('end');
    });
  });
});

/** Compares bytes, because `toEqual` takes seconds for a million numbers. */
function sameNumbers(a: Uint32Array, b: Uint32Array): boolean {
  const bytesOf = (numbers: Uint32Array) =>
    Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return bytesOf(a).equals(bytesOf(b));
}

function* primesOf(slice: PrimeSlice): Generator<number> {
  if (slice.kind === 'wheel') {
    yield* slice.primes;
    return;
  }
  let { skip, take } = slice;
  for (const [i, byte] of slice.bitmap.entries()) {
    for (const [bit, residue] of RESIDUES.entries()) {
      if (take === 0) return;
      if ((byte & (1 << bit)) === 0) continue;
      if (skip > 0) skip--;
      else {
        take--;
        yield (slice.firstByte + i) * 30 + residue;
      }
    }
  }
}

/** A simple sieve of Eratosthenes that shares no code with the sieve under test. */
function primesBelow(limit: number): Uint32Array {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let n = 2; n < limit; n++) {
    if (composite[n]) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1;
  }
  return Uint32Array.from(primes);
}
