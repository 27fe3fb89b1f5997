import { describe, expect, it, jest } from '@jest/globals';
import { TaskSummarySchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { messages, metric, sieved, startSystem } from './system.ts';

jest.setTimeout(120_000);

describe('DELETE of a task that runs in another process', () => {
  it('interrupts it in the middle, and holds up nobody', async () => {
    await using system = await startSystem();
    const workers = await system.startWorkers(2, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    await system.storedAtLeast(20);
    const answer = await fetch(`${system.api.url}/tasks/${task.request_id}`, { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect(TaskSummarySchema.parse(await answer.json()).status).toBe('cancelled');
    await eventually(() => {
      const told = workers.flatMap((worker) => messages(worker, task));
      expect(told).toEqual(['task started', 'task cancelled']);
    });
    expect(await system.ended(task)).toMatchObject({ status: 'cancelled', error: null });
    await eventually(async () => {
      expect(await system.counters()).toMatchObject({ started: '1', cancelled: '1' });
    });
    const stored = await system.stored();
    expect(stored).toBeLessThan(200);

    // The leases of ten minutes are given back, and what was sieved is kept.
    await release();
    const equal = await system.ended(await system.submit({ n: 50_000_000 }));
    expect(equal.status).toBe('done');
    expect(await sieved(workers)).toBe(await system.stored());
    const again = await fetch(`${system.api.url}/tasks/${task.request_id}`, { method: 'DELETE' });
    expect(again.status).toBe(409);
    const active = await Promise.all(workers.map((worker) => metric('prime_active_computations', worker)));
    expect(active).toEqual([0, 0]);
  });
});
