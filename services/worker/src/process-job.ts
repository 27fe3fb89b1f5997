import { REPAIR_JOB, type JobData, type JobResult } from '@primes/contracts';
import type { Manifest } from '@primes/prime-store';
import { withSpan } from '@primes/service-kit';
import { computeSegments, type ComputeDeps } from './compute-segments.ts';
import { Interruption } from './interruption.ts';
import type { ManifestCache } from './manifest-cache.ts';
import type { WorkerMetrics } from './metrics.ts';
import { planSegments, type Plan } from './plan.ts';
import type { ProgressReporter } from './progress.ts';

export interface ProcessDeps extends ComputeDeps {
  readonly manifests: ManifestCache;
  readonly metrics: WorkerMetrics;
}

export interface ProcessOptions {
  readonly id: string;
  readonly name: string;
  readonly progress: ProgressReporter;
  /** Aborted with an Interruption. */
  readonly signal: AbortSignal;
}

/** A task from its data to its result: plan, compute what is missing, count. */
export async function processJob(
  { task, cancelledAt }: JobData,
  deps: ProcessDeps,
  { id, name, progress, signal }: ProcessOptions,
): Promise<JobResult> {
  if (cancelledAt !== undefined) throw new Interruption('cancelled');
  signal.throwIfAborted();
  const { manifests, metrics } = deps;
  const { manifest, plan } = await withSpan('plan', {}, async (span) => {
    // A repair is there because the manifest that everyone remembers is wrong.
    const manifest = name === REPAIR_JOB ? await manifests.newest() : await manifests.covering(task.n);
    const plan = planSegments(task.n, manifest, { fresh: task.fresh });
    const { total, missing } = plan;
    span?.setAttributes({ 'primes.segments.total': total, 'primes.segments.missing': missing.length });
    return { manifest, plan };
  });
  progress.planned(plan);
  if (!task.fresh) metrics.primesFromCache(cachedPrimes(task.n, plan, manifest));
  await computeSegments(plan.missing, deps, {
    group: id,
    fresh: task.fresh,
    signal,
    onSegment: (primes) => {
      progress.segmentDone({ computed: primes !== undefined });
      if (primes !== undefined) metrics.segmentSieved(primes);
    },
  });
  const segmentsComputed = Math.min(progress.segmentsComputed, plan.total);
  return { startedAt: progress.startedAt, segmentsComputed, segmentsCached: plan.total - segmentsComputed };
}

/** How many of the first `n` primes the store has already. */
function cachedPrimes(n: number, { total, missing }: Plan, manifest: Manifest): number {
  if (missing.length === 0) return n;
  let primes = 0;
  for (let segment = 0; segment < total; segment++) primes += manifest.count(segment) ?? 0;
  return Math.min(primes, n);
}
