import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Claim, PrimeStore, SegmentLeases } from '@primes/prime-store';
import { retryWhileUnavailable, withSpan, type RejectionLog } from '@primes/service-kit';
import { type SievePool } from '@primes/sieve';
import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import type { SegmentMemory } from './segment-memory.ts';

export interface ComputeDeps {
  readonly store: PrimeStore;
  readonly leases: SegmentLeases;
  readonly pool: SievePool;
  readonly memory: SegmentMemory;
  readonly leaseMs: number;
  /** For the store's Redis. While it rejects commands, a task waits. */
  readonly rejections: RejectionLog;
}

export interface ComputeOptions {
  /** The group in the sieve pool, which is fair between groups: one per task. */
  readonly group: string;
  /** Computes without leases, even segments that others compute. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  /** Called for each stored segment: with its number of primes if it was sieved here. */
  readonly onSegment: (primes: number | undefined) => void;
}

/** Candidates per claim: enough to find 16 free segments among the leases of other workers. */
const OFFERED = 256;
/** Poll interval in milliseconds while others sieve all missing segments; a lease of 16 takes about 30 ms. */
const BUSY_POLL_MS = 20;
/** Segments per batch without leases: as many as one claim leases, so that a cancellation takes effect as soon. */
const FRESH_BATCH = 16;

/**
 * Computes all segments of `missing`: sieves those that it can lease, waits for those that others sieve, and takes over
 * those whose leases expire.
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
  // Unique to this run: after a hand-over within one process, the next run must not share its leases.
  const owner = randomUUID();
  let left = missing;
  while (left.length > 0) {
    signal.throwIfAborted();
    const offered = left.slice(0, OFFERED);
    const { claimed, stored } = await lease(offered, deps, { owner, signal });
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

function lease(
  offered: readonly number[],
  { leases, leaseMs, rejections }: ComputeDeps,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<Claim> {
  return withSpan('lease', {}, async (span) => {
    const claim = await retryWhileUnavailable(() => leases.claim(offered, { owner, ttlMs: leaseMs }), {
      rejections,
      operation: 'claim',
      signal,
    });
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

/** Renews the leases while their segments are sieved, and releases them after an error. */
async function sieveLeased(
  segments: readonly number[],
  deps: ComputeDeps,
  options: Owned & { readonly owner: string },
): Promise<void> {
  const { leases, leaseMs, rejections } = deps;
  const { owner } = options;
  // If renewals fail because Redis is unavailable, the leases expire, and others may sieve the same segments.
  const renewal = setInterval(() => {
    leases.renew(segments, { owner, ttlMs: leaseMs }).catch(() => undefined);
  }, leaseMs / 3);
  try {
    await sieveAll(segments, deps, options);
  } catch (error) {
    // One attempt: an unreleased lease expires, and the end of the task must not wait for the store.
    const signal = AbortSignal.abort(error);
    await retryWhileUnavailable(() => leases.release(segments, owner), {
      rejections,
      operation: 'release',
      signal,
    });
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** Stores each segment as soon as it is sieved, while the threads sieve the next ones. */
async function sieveAll(segments: readonly number[], deps: ComputeDeps, options: Owned): Promise<void> {
  const { store, pool, memory, rejections } = deps;
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
        retryWhileUnavailable(() => store.put([{ segment, bitmap, count }], lease), {
          rejections,
          operation: 'put',
          signal,
        }),
      );
      memory.giveBack(bitmap);
      onSegment(count);
    }),
  );
  // All have settled, so no segment is being stored when the leases are released.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** `delay` rejects with its own AbortError; the caller needs the reason of the signal. */
function rethrowReason(signal: AbortSignal) {
  return (error: unknown) => {
    signal.throwIfAborted();
    throw error;
  };
}
