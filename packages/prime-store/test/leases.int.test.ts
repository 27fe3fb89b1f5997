import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { firstSegments, openStore, syntheticSegment, syntheticSegments } from './open-store.ts';

const a = { owner: 'a', ttlMs: 60_000 };
const b = { owner: 'b', ttlMs: 60_000 };

describe('SegmentLeases.claim()', () => {
  it('claims the lowest missing segments, 16 by default', async () => {
    await using own = openStore();
    const first = await own.leases.claim(firstSegments(40).toReversed(), a);
    expect(first).toEqual({ claimed: firstSegments(16), stored: [], busy: [] });
    const second = await own.leases.claim(firstSegments(40), { ...b, most: 2 });
    expect(second).toEqual({ claimed: [16, 17], stored: [], busy: firstSegments(16) });
    expect(await own.leases.claim([], a)).toEqual({ claimed: [], stored: [], busy: [] });
  });

  it('considers only the 512 lowest segments', async () => {
    await using own = openStore();
    const segments = firstSegments(600);
    expect((await own.leases.claim(segments, { ...a, most: 600 })).claimed).toEqual(firstSegments(512));
    const second = await own.leases.claim(segments, b);
    expect(second).toEqual({ claimed: [], stored: [], busy: firstSegments(512) });
  });

  it('reports segments that were stored in the meantime', async () => {
    await using own = openStore();
    await own.store.put([syntheticSegment(1), syntheticSegment(10)]);
    expect(await own.leases.claim([0, 1, 9, 10], a)).toEqual({ claimed: [0, 9], stored: [1, 10], busy: [] });
  });

  it('claims segments whose manifest entry is invalid', async () => {
    await using own = openStore();
    await own.redis.hset(own.keys.manifest, {
      0: '0',
      1: '-5',
      2: 'many',
      3: '05',
      4: '1048065',
      5: '1048064',
    });
    const { claimed, stored } = await own.leases.claim(firstSegments(6), a);
    expect({ claimed, stored }).toEqual({ claimed: [0, 1, 2, 3, 4], stored: [5] });
    const manifest = await own.store.manifest();
    expect(firstSegments(6).filter((segment) => manifest.has(segment))).toEqual([5]);
  });

  it('gives every segment to exactly one of five concurrent owners', async () => {
    await using own = openStore();
    const segments = firstSegments(60);
    const race = async (owner: string): Promise<number[]> => {
      await using client = openStore({ prefix: own.prefix });
      const won: number[] = [];
      for (;;) {
        const known = new Set(won);
        const missing = segments.filter((segment) => !known.has(segment));
        const { claimed } = await client.leases.claim(missing, { owner, ttlMs: 60_000, most: 3 });
        if (claimed.length === 0) return won;
        won.push(...claimed);
      }
    };
    const won = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(race));
    expect(won.flat().toSorted((x, y) => x - y)).toEqual(segments);
  });

  it('claims leases of the same owner again, and extends them', async () => {
    await using own = openStore();
    await own.leases.claim([0, 1], { ...a, ttlMs: 30_000 });
    expect(await own.leases.claim([0, 1, 2], a)).toEqual({ claimed: [0, 1, 2], stored: [], busy: [] });
    expect(await own.redis.pttl(own.keys.lease(0))).toBeGreaterThan(30_000);
  });

  it('claims expired leases of another owner', async () => {
    await using own = openStore();
    await own.leases.claim([0, 1], { owner: 'a', ttlMs: 3_000 });
    expect((await own.leases.claim([0, 1], b)).busy).toEqual([0, 1]);
    await eventually(async () => {
      expect((await own.leases.claim([0, 1], b)).claimed).toEqual([0, 1]);
    });
    expect(await own.leases.renew([0, 1], a)).toEqual([]);
  });
});

describe('SegmentLeases.renew()', () => {
  it('extends the leases of the owner and returns them', async () => {
    await using own = openStore();
    await own.leases.claim([0, 1], { ...a, ttlMs: 30_000 });
    await own.leases.claim([2], { ...b, ttlMs: 30_000 });
    expect(await own.leases.renew([0, 1, 2, 3], a)).toEqual([0, 1]);
    expect(await own.redis.pttl(own.keys.lease(1))).toBeGreaterThan(30_000);
    expect(await own.redis.pttl(own.keys.lease(2))).toBeLessThanOrEqual(30_000);
    expect(await own.redis.exists(own.keys.lease(3))).toBe(0);
    expect(await own.leases.renew([], a)).toEqual([]);
  });
});

describe('SegmentLeases.release()', () => {
  it('releases only the leases of the owner', async () => {
    await using own = openStore();
    await own.leases.claim([0, 1], a);
    await own.leases.release([0, 1], 'b');
    expect((await own.leases.claim([0, 1], b)).busy).toEqual([0, 1]);
    await own.leases.release([1], 'a');
    expect(await own.leases.claim([0, 1], b)).toEqual({ claimed: [1], stored: [], busy: [0] });
    await own.leases.release([], 'a');
  });
});

describe('PrimeStore.put() by a lease holder', () => {
  it('releases only the leases of the owner', async () => {
    await using own = openStore();
    await own.leases.claim([0], a);
    await own.leases.claim([1], b);
    await own.store.put(syntheticSegments(2), { owner: 'a' });
    expect(await own.redis.exists(own.keys.lease(0))).toBe(0);
    expect(await own.redis.get(own.keys.lease(1))).toBe('b');
    expect((await own.leases.claim([0, 1], a)).stored).toEqual([0, 1]);
  });

  it('leaves no moment in which a segment is neither stored nor leased', async () => {
    await using own = openStore();
    await using other = openStore({ prefix: own.prefix });
    const segments = syntheticSegments(8);
    await own.leases.claim(firstSegments(8), a);

    const seen = { claimed: 0, polls: 0 };
    const watch = async (): Promise<void> => {
      for (;;) {
        const { claimed, stored } = await other.leases.claim(firstSegments(8), b);
        seen.claimed += claimed.length;
        if (stored.length === 8) return;
        // The commit is atomic, so a claim sees either none of the eight or all.
        expect(stored).toEqual([]);
        seen.polls++;
      }
    };
    const watching = watch();
    await eventually(() => {
      expect(seen.polls).toBeGreaterThan(0);
    });
    await own.store.put(segments, { owner: 'a' });
    await watching;
    expect(seen.claimed).toBe(0);
  });
});
