import { describe, expect, it } from '@jest/globals';
import { createRegistry } from './default-metrics.ts';

async function eventLoopTime(): Promise<ReadonlyMap<unknown, number>> {
  const [metric] = (await createRegistry('api').getMetricsAsJSON()).filter(
    ({ name }) => name === 'nodejs_eventloop_time_seconds_total',
  );
  return new Map(metric?.values.map(({ labels, value }) => [labels['state'], value]));
}

describe('createRegistry()', () => {
  it('counts the time in which the event loop is active', async () => {
    const before = await eventLoopTime();
    const start = performance.now();
    while (performance.now() - start < 100);
    const after = await eventLoopTime();
    expect([...after.keys()]).toEqual(['active', 'idle']);
    expect((after.get('active') ?? 0) - (before.get('active') ?? 0)).toBeGreaterThanOrEqual(0.1);
    expect(after.get('idle')).toBeGreaterThanOrEqual(before.get('idle') ?? Infinity);
  });
});
