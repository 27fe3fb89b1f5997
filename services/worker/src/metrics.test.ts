import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { WorkerMetrics } from './metrics.ts';

let registry: Registry;
let metrics: WorkerMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = new WorkerMetrics(registry, 'echo');
});

async function lines(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
}

/** The bucket boundaries of a histogram in the exposition text, without +Inf. */
async function bucketsOf(name: string): Promise<number[]> {
  return (await lines())
    .map((line) => new RegExp(`^${name}_bucket\\{le="([^"]+)"`).exec(line)?.[1])
    .filter((boundary) => boundary !== undefined && boundary !== '+Inf')
    .map(Number);
}

describe('WorkerMetrics', () => {
  it('exports all metrics of the worker from the start', async () => {
    const types = Object.fromEntries(
      (await registry.getMetricsAsJSON()).map(({ name, type }) => [name, type]),
    );
    expect(types).toMatchObject({
      echo_task_submissions_total: 'counter',
      echo_task_duration_seconds: 'histogram',
      echo_active_computations: 'gauge',
    });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'echo_task_submissions_total{status="completed"} 0',
        'echo_task_submissions_total{status="failed"} 0',
        'echo_task_submissions_total{status="cancelled"} 0',
        'echo_active_computations 0',
      ]),
    );
  });

  it('has the specified buckets for the task duration, and more below a second', async () => {
    const buckets = await bucketsOf('echo_task_duration_seconds');
    expect(buckets.filter((boundary) => boundary >= 1)).toEqual([1, 5, 10, 30, 60, 120, 300, 600]);
    expect(buckets.filter((boundary) => boundary < 1).length).toBeGreaterThan(5);
  });

  it('uses no label that contains an id', async () => {
    metrics.runStarted(0.5);
    metrics.taskEndedWithoutResult('failed');
    const labels = new Set(
      (await lines()).flatMap((line) => [...line.matchAll(/(\w+)="/g)].map((m) => m[1])),
    );
    expect(labels).toEqual(new Set(['status', 'le']));
  });
});
