import { describe, expect, it } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { aggregate, parseRegistry } from './published-registries.ts';

/** The registry of one process, as it is read from Redis. */
async function publishedBy(service: string, requests: number, depth: number) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  new Counter({ name: 'requests_total', help: 'Requests', registers }).inc(requests);
  new Gauge({ name: 'running', help: 'Running', registers }).set(depth);
  new Gauge({ name: 'depth', help: 'Depth', aggregator: 'max', registers }).set(depth);
  new Gauge({ name: 'unknown', help: 'Unknown', registers }).set(NaN);
  new Histogram({ name: 'seconds', help: 'Seconds', buckets: [1], registers }).observe(requests);
  const registryOfProcess = parseRegistry(JSON.stringify(await registry.getMetricsAsJSON()));
  if (!registryOfProcess) throw new Error('Not readable');
  return registryOfProcess;
}

describe('aggregate()', () => {
  it('sums the metrics of all processes of a service and keeps services separate', async () => {
    const { processes, metrics } = await aggregate([
      await publishedBy('api', 1, 10),
      await publishedBy('api', 2, 30),
      await publishedBy('worker', 4, 50),
    ]);
    const values = (name: string) => metrics.find((metric) => metric.name === name)?.values;
    const by = (service: string, name: string, value: number | null) => ({
      name,
      labels: { service },
      value,
    });

    expect(processes).toBe(3);
    expect(values('requests_total')).toEqual([
      by('api', 'requests_total', 3),
      by('worker', 'requests_total', 4),
    ]);
    expect(values('running')).toEqual([by('api', 'running', 40), by('worker', 'running', 50)]);
    expect(values('depth')).toEqual([by('api', 'depth', 30), by('worker', 'depth', 50)]);
    expect(values('unknown')).toEqual([by('api', 'unknown', null), by('worker', 'unknown', null)]);
    expect(values('seconds')).toContainEqual(by('api', 'seconds_sum', 3));
    expect(values('seconds')).toContainEqual({
      name: 'seconds_bucket',
      labels: { le: 1, service: 'api' },
      value: 1,
    });
  });

  it('is empty without processes', async () => {
    expect(await aggregate([])).toEqual({ processes: 0, metrics: [] });
  });
});

describe('parseRegistry()', () => {
  it.each([null, '', 'no JSON', '{}', '[{"name":"x"}]'])('returns undefined for %j', (text) => {
    expect(parseRegistry(text)).toBeUndefined();
  });
});
