import { describe, expect, it, jest } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { messages, sieved, startSystem } from './system.ts';

jest.setTimeout(120_000);

describe('SIGTERM in the middle of a task', () => {
  it('hands it to another worker: no attempt spent, no segment sieved twice, no second chance for its timeout', async () => {
    await using system = await startSystem();
    const env = { SIEVE_THREADS: '1', LEASE_MS: '600000' };
    const first = await system.start('worker', env);
    // However fast the machine, there is a middle to be stopped in.
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    await system.storedAtLeast(30);
    const second = await system.start('worker', env);
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
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
    // The first start of work is that of the first worker; BullMQ's own is that of the last.
    expect(startedAt).toBeLessThan(job.processedOn ?? 0);
    const segments = await system.stored();
    const ofFirst = await system.published('prime_segments_sieved_total', first);
    expect(ofFirst).toBeGreaterThanOrEqual(30);
    expect(ofFirst + (await sieved([second]))).toBe(segments);
    expect(job.returnvalue).toEqual({ startedAt, segmentsComputed: segments, segmentsCached: 0 });
  });

  it('lets idle workers take a task with a priority within seconds', async () => {
    await using system = await startSystem();
    const first = await system.start('worker');
    const release = await system.hold(0);
    const tasks = [
      await system.submit({ n: 1_000, priority: 7 }),
      await system.submit({ n: 2_000, priority: 9 }),
    ];
    await eventually(() => {
      for (const task of tasks) expect(messages(first, task)).toEqual(['task started']);
    });
    const idle = await system.startWorkers(2);
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    // `eventually` gives it five seconds.
    await eventually(() => {
      for (const task of tasks) {
        expect(idle.flatMap((worker) => messages(worker, task))).toEqual(['task started']);
      }
    });
    await release();
    for (const task of tasks) {
      expect(await system.ended(task)).toMatchObject({ status: 'done', priority: task.priority });
      expect((await system.job(task)).attemptsMade).toBe(1);
    }
  });
});
