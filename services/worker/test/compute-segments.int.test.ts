import { describe, expect, it, jest } from '@jest/globals';
import { SEGMENT_BYTES, SEGMENT_NUMBERS, SievePool, sieveSegment, sievingPrimesUpTo } from '@primes/sieve';
import { eventually } from '@primes/testing';
import { computeSegments } from '../src/compute-segments.ts';
import { Interruption } from '../src/interruption.ts';
import { SegmentMemory } from '../src/segment-memory.ts';
import { openPlace } from './place.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

/** No segment is without primes. */
const isNew = (bitmap: Uint8Array) => bitmap.every((byte) => byte === 0);

/** Sieves nothing before the gate is open: a machine as slow as the test wants it. */
class GatedPool extends SievePool {
  readonly gate = Promise.withResolvers<undefined>();

  override async sieve(...args: Parameters<SievePool['sieve']>): ReturnType<SievePool['sieve']> {
    await this.gate.promise;
    return super.sieve(...args);
  }
}

describe('computeSegments()', () => {
  it('keeps its leases for as long as the sieving takes', async () => {
    await using place = await openPlace();
    await using pool = new GatedPool({ threads: 1 });
    const done: (number | undefined)[] = [];
    const computing = computeSegments(
      [0, 1],
      { ...place, pool, memory: new SegmentMemory(), leaseMs: 900 },
      {
        group: 'test',
        fresh: false,
        signal: new AbortController().signal,
        onSegment: (primes) => done.push(primes),
      },
    );
    let [renewals, before] = [0, 0];
    await eventually(
      async () => {
        const left = await place.redis.pttl(place.keys.lease(1));
        if (left > before) renewals++;
        before = left;
        expect(renewals).toBeGreaterThan(4);
      },
      { timeoutMs: 20_000, intervalMs: 5 },
    );
    const { busy } = await place.leases.claim([0, 1], { owner: 'another', ttlMs: 1_000 });
    expect(busy).toEqual([0, 1]);
    pool.gate.resolve(undefined);
    await computing;
    expect(done.filter((primes) => primes !== undefined)).toHaveLength(2);
    expect([await place.stored(), await place.heldLeases()]).toEqual([2, []]);
  });

  it('rejects with the reason of its interruption once nothing of it is under way', async () => {
    await using place = await openPlace();
    await using pool = new SievePool({ threads: 1 });
    const abort = new AbortController();
    const missing = Array.from({ length: 200 }, (_, segment) => segment);
    let done = 0;
    const computing = computeSegments(
      missing,
      { ...place, pool, memory: new SegmentMemory(), leaseMs: 600_000 },
      {
        group: 'test',
        fresh: false,
        signal: abort.signal,
        onSegment: () => {
          if (++done === 20) abort.abort(new Interruption('hand-over'));
        },
      },
    );
    await expect(computing).rejects.toMatchObject({ kind: 'hand-over' });
    expect(await place.stored()).toBe(done);
    // It stops within the group that it was at: of what it had leased, the rest is free again.
    expect(done).toBeLessThanOrEqual(32);
    expect(await place.heldLeases()).toEqual([]);
  });

  it('stores what the oracle sieves, in memory that it uses again', async () => {
    await using place = await openPlace();
    await using pool = new SievePool({ threads: 2 });
    const segments = Array.from({ length: 64 }, (_, segment) => segment);
    const memory = new SegmentMemory();
    const take = jest.spyOn(memory, 'take');
    const options = {
      group: 'test',
      fresh: true,
      signal: new AbortController().signal,
      onSegment: () => undefined,
    };
    await computeSegments(segments, { ...place, pool, memory, leaseMs: 600_000 }, options);
    expect(take).toHaveBeenCalledTimes(64);
    // As many as it has under way at a time. A buffer that was handed over comes back as another object.
    const firstTaken = take.mock.results.slice(0, 16).map(({ value }) => value as Uint8Array<ArrayBuffer>);
    expect(firstTaken.every((bitmap) => bitmap.buffer.detached)).toBe(true);
    expect(Array.from({ length: 17 }, () => memory.take()).filter(isNew)).toHaveLength(1);

    const sievingPrimes = sievingPrimesUpTo(Math.ceil(Math.sqrt(64 * SEGMENT_NUMBERS)));
    const expected = new Uint8Array(SEGMENT_BYTES);
    for (const [segment, found] of (await place.store.get(segments)).entries()) {
      sieveSegment(expected, segment * SEGMENT_BYTES, sievingPrimes);
      expect('bitmap' in found && Buffer.compare(found.bitmap, expected) === 0).toBe(true);
    }
  });
});
