import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { messages } from '../e2e/system.ts';
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
    const second = await system.start('worker', env);
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    // At once: its registry expires 30 s after its end.
    const ofFirst = await system.published('prime_segments_sieved_total', first);
    expect(messages(first, task)).toEqual(['task started', 'task handed over']);
    await eventually(() => {
      expect(messages(second, task)).toEqual(['task started']);
    });
    const startedAt = JobProgressSchema.parse((await system.job(task)).progress).startedAt;
    await release();

    const view = await system.ended(task);
    expect(view).toMatchObject({ status: 'done', started_at: new Date(startedAt).toISOString() });
    const job = await system.job(task);
    expect({ made: job.attemptsMade, started: job.attemptsStarted, stalled: job.stalledCounter }).toEqual({
      made: 1,
      started: 2,
      stalled: 0,
    });
    // `startedAt` is the start by the first worker; BullMQ's `processedOn` is that by the last.
    expect(startedAt).toBeLessThan(job.processedOn ?? 0);
    const segments = await system.stored();
    expect(ofFirst).toBeGreaterThanOrEqual(30);
    expect(ofFirst + (await sieved([second]))).toBe(segments);
    expect(job.returnvalue).toEqual({ startedAt, result: { segmentsComputed: segments, segmentsCached: 0 } });
  });
});
