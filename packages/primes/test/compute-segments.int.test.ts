import { describe, expect, it, jest } from '@jest/globals';
import { RejectionLog } from '@primes/service-kit';
import { SievePool, sieveSegment, sievingPrimesUpTo } from '@primes/sieve';
import { SEGMENT_BYTES, SEGMENT_NUMBERS } from '@primes/sieve/bitmap';
import { eventually } from '@primes/testing';
import { computeSegments } from '../src/run/compute-segments.ts';
import { SegmentMemory } from '../src/run/segment-memory.ts';
import { openStore } from './open-store.ts';

const rejections = new RejectionLog({ warn: () => undefined, info: () => undefined });

/** True for a buffer that was never used: every segment contains primes. */
const isNew = (bitmap: Uint8Array) => bitmap.every((byte) => byte === 0);

/** Blocks until the gate is open, to simulate a slow machine. */
class GatedPool extends SievePool {
  readonly gate = Promise.withResolvers<undefined>();

  override async sieve(...args: Parameters<SievePool['sieve']>): ReturnType<SievePool['sieve']> {
    await this.gate.promise;
    return super.sieve(...args);
  }
}

describe('computeSegments()', () => {
  it('renews its leases until all segments are sieved', async () => {
    await using fixture = openStore();
    await using pool = new GatedPool({ threads: 1 });
    const done: (number | undefined)[] = [];
    const computing = computeSegments(
      [0, 1],
      { ...fixture, pool, memory: new SegmentMemory(), rejections, leaseMs: 3_000 },
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
        const ttl = await fixture.redis.pttl(fixture.keys.lease(1));
        if (ttl > before) renewals++;
        before = ttl;
        expect(renewals).toBeGreaterThan(4);
      },
      { timeoutMs: 60_000, intervalMs: 5 },
    );
    const { busy } = await fixture.leases.claim([0, 1], { owner: 'another', ttlMs: 1_000 });
    expect(busy).toEqual([0, 1]);
    pool.gate.resolve(undefined);
    await computing;
    expect(done.filter((primes) => primes !== undefined)).toHaveLength(2);
    expect([await fixture.stored(), await fixture.heldLeases()]).toEqual([2, []]);
  });

  it('rejects with the abort reason after everything in progress has ended', async () => {
    await using fixture = openStore();
    await using pool = new SievePool({ threads: 1 });
    const abort = new AbortController();
    const missing = Array.from({ length: 200 }, (_, segment) => segment);
    let done = 0;
    const computing = computeSegments(
      missing,
      { ...fixture, pool, memory: new SegmentMemory(), rejections, leaseMs: 600_000 },
      {
        group: 'test',
        fresh: false,
        signal: abort.signal,
        onSegment: () => {
          if (++done === 20) abort.abort(new Error('handed over'));
        },
      },
    );
    await expect(computing).rejects.toThrow('handed over');
    expect(await fixture.stored()).toBe(done);
    // It stops within the current group and releases the remaining leases of that group.
    expect(done).toBeLessThanOrEqual(32);
    expect(await fixture.heldLeases()).toEqual([]);
  });

  it('stores the same bytes as the oracle, and reuses memory', async () => {
    await using fixture = openStore();
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
    await computeSegments(segments, { ...fixture, pool, memory, rejections, leaseMs: 600_000 }, options);
    expect(take).toHaveBeenCalledTimes(64);
    // The number in progress at a time. A transferred buffer returns as another object.
    const firstTaken = take.mock.results.slice(0, 16).map(({ value }) => value as Uint8Array<ArrayBuffer>);
    expect(firstTaken.every((bitmap) => bitmap.buffer.detached)).toBe(true);
    expect(Array.from({ length: 17 }, () => memory.take()).filter(isNew)).toHaveLength(1);

    const sievingPrimes = sievingPrimesUpTo(Math.ceil(Math.sqrt(64 * SEGMENT_NUMBERS)));
    const expected = new Uint8Array(SEGMENT_BYTES);
    for (const [segment, found] of (await fixture.store.get(segments)).entries()) {
      sieveSegment(expected, segment * SEGMENT_BYTES, sievingPrimes);
      expect('bitmap' in found && Buffer.compare(found.bitmap, expected) === 0).toBe(true);
    }
  });
});
