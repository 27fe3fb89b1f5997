import type { RunContext, TaskRunner } from '@primes/contracts';
import type { Manifest } from '@primes/prime-store';
import { retryWhileUnavailable, withSpan } from '@primes/service-kit';
import { computeSegments, type ComputeDeps } from './compute-segments.ts';
import type { PrimesCounts } from '../counts.ts';
import type { PrimesInput } from '../input.ts';
import type { ManifestCache } from '../manifest-cache.ts';
import type { RunMetrics } from './metrics.ts';
import { planSegments, type Plan } from './plan.ts';

export interface RunnerDeps extends ComputeDeps {
  readonly manifests: ManifestCache;
  readonly metrics: RunMetrics;
}

/** The name in `RunContext.counts` of the segments that were sieved for a task. */
const COMPUTED = 'segmentsComputed';

/** Runs a task: plans its segments, computes the missing ones, and counts them. */
export class PrimesRunner implements TaskRunner<PrimesInput, PrimesCounts> {
  readonly #deps: RunnerDeps;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  async run({ n, fresh }: PrimesInput, context: RunContext): Promise<PrimesCounts> {
    const { metrics } = this.#deps;
    const { manifest, plan } = await this.#plan({ n, fresh }, context);
    const { total, missing } = plan;
    let done = total - missing.length;
    context.progress(done, total);
    if (!fresh) metrics.primesFromCache(cachedPrimes(n, plan, manifest));
    if (missing.length > 0) {
      await computeSegments(missing, this.#deps, {
        group: context.taskId,
        fresh,
        signal: context.signal,
        onSegment: (primes) => {
          context.progress(++done, total);
          if (primes === undefined) return;
          context.count(COMPUTED);
          metrics.segmentSieved(primes);
        },
      });
    }
    // Limited, because an earlier run may have had a plan with more missing segments.
    const computed = Math.min(context.counts[COMPUTED] ?? 0, total);
    return { segments_computed: computed, segments_cached: total - computed };
  }

  /** Fresh tasks do not use the cache, so they count neither hits nor misses. */
  completed({ fresh }: PrimesInput, { segments_cached: hits, segments_computed: misses }: PrimesCounts) {
    if (fresh) return {};
    this.#deps.metrics.segmentsFound({ hits, misses });
    return { cache_hits: hits, cache_misses: misses };
  }

  async close(): Promise<void> {
    await this.#deps.pool.close();
  }

  #plan({ n, fresh }: PrimesInput, context: RunContext) {
    const { manifests, rejections } = this.#deps;
    return withSpan('plan', {}, async (span) => {
      const manifest = await retryWhileUnavailable(
        () => (context.recompute ? manifests.newest() : manifests.covering(n)),
        { rejections, operation: 'manifest', signal: context.signal },
      );
      const plan = planSegments(n, manifest, { fresh });
      const { total, missing } = plan;
      span?.setAttributes({ 'primes.segments.total': total, 'primes.segments.missing': missing.length });
      return { manifest, plan };
    });
  }
}

/** Number of the first `n` primes that are already stored. */
function cachedPrimes(n: number, { total, missing }: Plan, manifest: Manifest): number {
  if (missing.length === 0) return n;
  let primes = 0;
  for (let segment = 0; segment < total; segment++) primes += manifest.count(segment) ?? 0;
  return Math.min(primes, n);
}
