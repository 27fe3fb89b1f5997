import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { WorkerMetrics } from './metrics.ts';

let registry: Registry;
let metrics: WorkerMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = new WorkerMetrics(registry);
});

async function lines(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
}

/** What a histogram's edges are called in the text, without +Inf. */
async function edgesOf(name: string): Promise<number[]> {
  return (await lines())
    .map((line) => new RegExp(`^${name}_bucket\\{le="([^"]+)"`).exec(line)?.[1])
    .filter((edge) => edge !== undefined && edge !== '+Inf')
    .map(Number);
}

describe('WorkerMetrics', () => {
  it('has every metric of the design that a worker owns, from the start', async () => {
    const types = Object.fromEntries(
      (await registry.getMetricsAsJSON()).map(({ name, type }) => [name, type]),
    );
    expect(types).toMatchObject({
      prime_task_submissions_total: 'counter',
      prime_task_duration_seconds: 'histogram',
      prime_numbers_computed_total: 'counter',
      prime_cache_hits_total: 'counter',
      prime_cache_misses_total: 'counter',
      prime_active_computations: 'gauge',
    });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'prime_task_submissions_total{status="completed"} 0',
        'prime_task_submissions_total{status="failed"} 0',
        'prime_task_submissions_total{status="cancelled"} 0',
        'prime_numbers_computed_total{source="computed"} 0',
        'prime_numbers_computed_total{source="cached"} 0',
        'prime_cache_hits_total 0',
        'prime_cache_misses_total 0',
        'prime_active_computations 0',
      ]),
    );
  });

  it('has the edges of the design for the duration, and finer ones below a second', async () => {
    const edges = await edgesOf('prime_task_duration_seconds');
    expect(edges.filter((edge) => edge >= 1)).toEqual([1, 5, 10, 30, 60, 120, 300, 600]);
    expect(edges.filter((edge) => edge < 1).length).toBeGreaterThan(5);
  });

  it('leaves fresh tasks out of hits and misses', async () => {
    metrics.taskCompleted(
      { startedAt: 0, segmentsComputed: 7, segmentsCached: 0 },
      { fresh: true, seconds: 1 },
    );
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'prime_task_submissions_total{status="completed"} 1',
        'prime_cache_hits_total 0',
        'prime_cache_misses_total 0',
      ]),
    );
    metrics.taskCompleted(
      { startedAt: 0, segmentsComputed: 7, segmentsCached: 5 },
      { fresh: false, seconds: 1 },
    );
    expect(await lines()).toEqual(
      expect.arrayContaining(['prime_cache_hits_total 5', 'prime_cache_misses_total 7']),
    );
  });

  it('knows no label with an id', async () => {
    metrics.taskStarted(0.5);
    metrics.taskEnded('failed');
    metrics.segmentSieved(5);
    const labels = new Set(
      (await lines()).flatMap((line) => [...line.matchAll(/(\w+)="/g)].map((m) => m[1])),
    );
    expect(labels).toEqual(new Set(['status', 'source', 'le']));
  });
});
