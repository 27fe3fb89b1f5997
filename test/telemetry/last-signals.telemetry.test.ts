import { expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startObservedSystem } from './system.ts';

it('a busy worker exports its last counters and spans when it stops', async () => {
  // Two scrapes: as in the chart, slightly more than one interval.
  await using system = await startObservedSystem({ FINAL_SCRAPE_WAIT_MS: '2500' });
  const release = await system.hold(100);
  const task = await system.submit({ n: 25_000_000 });
  await system.storedAtLeast(80);
  system.worker.kill('SIGTERM');
  expect(await system.worker.exited).toBe(0);

  const stored = await system.stored();
  expect(stored).toBeLessThan(120);
  const last = (metric: string) => system.metrics.value(`sum(last_over_time(${metric}[5m]))`);
  await eventually(
    async () => {
      expect(await last('prime_tasks_handed_over_total')).toBe(1);
      expect(await last('prime_segments_sieved_total')).toBe(stored);
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
  const [, traceId = ''] = task.traceparent.split('-');
  await eventually(
    async () => {
      const spans = await system.traces.spans(traceId);
      expect(spans.find(({ name }) => name === 'process primes')?.tags).toMatchObject({
        'primes.outcome': 'handed over',
      });
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
  await release();
});
