import { describe, expect, it } from '@jest/globals';
import { expectDoneAfterHandOver, handOver } from '../support/hand-over.ts';
import { sieved, startPrimesSystem } from './system.ts';

describe('SIGTERM during a task', () => {
  it('hands it to another worker: no attempt is used, no segment is sieved twice, the timeout does not restart', async () => {
    await using system = await startPrimesSystem();
    const env = { SIEVE_THREADS: '1', LEASE_MS: '600000' };
    const first = await system.start('worker', env);
    // Holds the task, so that the stop happens while it runs.
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    await system.storedAtLeast(30);
    const { second, startedAt } = await handOver(system, task, { first, env });
    // Now, because the registry of a process expires 30 s after its end.
    const ofFirst = await system.published('prime_segments_sieved_total', first);
    await release();

    await system.ended(task);
    const segments = await system.stored();
    const result = { segments_computed: segments, segments_cached: 0 };
    await expectDoneAfterHandOver(system, task, { startedAt, result });
    expect(ofFirst).toBeGreaterThanOrEqual(30);
    expect(ofFirst + (await sieved([second]))).toBe(segments);
  });
});
