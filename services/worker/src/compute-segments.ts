import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Claim, PrimeStore, SegmentLeases } from '@primes/prime-store';
import { withSpan } from '@primes/service-kit';
import { SEGMENT_BYTES, type SievePool } from '@primes/sieve';
import { resendIfCut } from './resend.ts';
import type { SegmentMemory } from './segment-memory.ts';

export interface ComputeDeps {
  readonly store: PrimeStore;
  readonly leases: SegmentLeases;
  readonly pool: SievePool;
  readonly memory: SegmentMemory;
  readonly leaseMs: number;
}

export interface ComputeOptions {
  /** Whose turns at the threads these are: one group a task. */
  readonly group: string;
  /** Computes without leases, also what others compute. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  /** After each segment that is in the store now: sieved here, with so many primes, or by another. */
  readonly onSegment: (primes: number | undefined) => void;
}

/** Segments that are offered for leasing at a time: enough to find 16 free ones among other workers' leases. */
const OFFERED = 256;
/** How long to wait before looking again when others sieve all that is missing; a lease of 16 takes some 30 ms. */
const BUSY_POLL_MS = 20;
/** Without leases: as many at a time as a lease covers, so that a cancel is heard as soon. */
const FRESH_BATCH = 16;

/**
 * Makes sure that every segment of `missing` is in the store: sieves those that it can lease, waits
 * for those that others sieve, and takes over what they leave.
 *
 * @throws the signal's reason once it is aborted; leases that are still held are released first
 */
export async function computeSegments(
  missing: readonly number[],
  deps: ComputeDeps,
  options: ComputeOptions,
): Promise<void> {
  const { signal, fresh, onSegment } = options;
  if (fresh) {
    for (let from = 0; from < missing.length; from += FRESH_BATCH) {
      await sieveAll(missing.slice(from, from + FRESH_BATCH), deps, { ...options, owner: undefined });
    }
    return;
  }
  // Of this run alone: after a hand-over within one process, the next run must not share its leases.
  const owner = randomUUID();
  let left = missing;
  while (left.length > 0) {
    signal.throwIfAborted();
    const offered = left.slice(0, OFFERED);
    const { claimed, stored } = await lease(offered, deps, owner);
    stored.forEach(() => {
      onSegment(undefined);
    });
    if (claimed.length > 0) await sieveLeased(claimed, deps, { ...options, owner });
    else if (stored.length === 0)
      await delay(BUSY_POLL_MS, undefined, { signal }).catch(rethrowReason(signal));
    const done = new Set([...claimed, ...stored]);
    left = left.filter((segment) => !done.has(segment));
  }
}

function lease(offered: readonly number[], { leases, leaseMs }: ComputeDeps, owner: string): Promise<Claim> {
  return withSpan('lease', {}, async (span) => {
    const claim = await resendIfCut(() => leases.claim(offered, { owner, ttlMs: leaseMs }));
    const { claimed, stored, busy } = claim;
    span?.setAttributes({
      'primes.segments.claimed': claimed.length,
      'primes.segments.stored': stored.length,
      'primes.segments.busy': busy.length,
    });
    return claim;
  });
}

type Owned = ComputeOptions & { readonly owner: string | undefined };

/** Keeps the leases alive while their segments are sieved, and gives back what could not be finished. */
async function sieveLeased(
  segments: readonly number[],
  deps: ComputeDeps,
  options: Owned & { readonly owner: string },
): Promise<void> {
  const { leases, leaseMs } = deps;
  const { owner } = options;
  // A renewal that fails means that Redis is away; then the leases expire, and others may sieve the same.
  const renewal = setInterval(() => {
    leases.renew(segments, { owner, ttlMs: leaseMs }).catch(() => undefined);
  }, leaseMs / 3);
  try {
    await sieveAll(segments, deps, options);
  } catch (error) {
    await resendIfCut(() => leases.release(segments, owner));
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** Each segment is stored as soon as it is sieved, while the threads are at the next ones. */
async function sieveAll(segments: readonly number[], deps: ComputeDeps, options: Owned): Promise<void> {
  const { store, pool, memory } = deps;
  const { group, signal, owner, onSegment } = options;
  const outcomes = await Promise.allSettled(
    segments.map(async (segment) => {
      const range = { firstByte: segment * SEGMENT_BYTES, bytes: SEGMENT_BYTES };
      const attributes = { 'primes.segment': segment };
      const { bitmap, count } = await withSpan('sieve', { attributes }, () =>
        pool.sieve(range, { group, signal, into: memory.take() }),
      );
      const lease = owner === undefined ? {} : { owner };
      await withSpan('store', { attributes }, () =>
        resendIfCut(() => store.put([{ segment, bitmap, count }], lease)),
      );
      memory.giveBack(bitmap);
      onSegment(count);
    }),
  );
  // All have settled, so nothing is still being stored when the leases go back.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** `delay` rejects with an AbortError of its own; the caller wants to know why. */
function rethrowReason(signal: AbortSignal) {
  return (error: unknown) => {
    signal.throwIfAborted();
    throw error;
  };
}
