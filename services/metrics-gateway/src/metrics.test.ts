import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { GatewayMetrics } from './metrics.ts';

describe('GatewayMetrics', () => {
  it('exports 0 failures of a sample before the first', async () => {
    const registry = new Registry();
    new GatewayMetrics(registry, 'echo').sampleTaken('queue', 0.01);
    expect(await registry.metrics()).toContain('echo_sample_failures_total{sample="queue"} 0');
  });
});
