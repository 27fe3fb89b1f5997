import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { RunMetrics } from './metrics.ts';

let registry: Registry;
let metrics: RunMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = new RunMetrics(registry);
});

async function lines(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
}

describe('RunMetrics', () => {
  it('exports every series from the start', async () => {
    expect(await lines()).toEqual([
      'prime_numbers_computed_total{source="computed"} 0',
      'prime_numbers_computed_total{source="cached"} 0',
      'prime_cache_hits_total 0',
      'prime_cache_misses_total 0',
      'prime_segments_sieved_total 0',
    ]);
  });

  it('counts segments and primes', async () => {
    metrics.segmentsFound({ hits: 5, misses: 7 });
    metrics.segmentSieved(100);
    metrics.primesFromCache(20);
    expect(await lines()).toEqual([
      'prime_numbers_computed_total{source="computed"} 100',
      'prime_numbers_computed_total{source="cached"} 20',
      'prime_cache_hits_total 5',
      'prime_cache_misses_total 7',
      'prime_segments_sieved_total 1',
    ]);
  });
});
