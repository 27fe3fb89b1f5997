import { describe, expect, it } from '@jest/globals';
import { TaskSummarySchema } from '@primes/primes';
import { eventually } from '@primes/testing';
import { messages, metric } from '../support/system.ts';
import { sieved, startPrimesSystem } from './system.ts';

describe('DELETE of a task that runs in another process', () => {
  it('interrupts it, and blocks no other task', async () => {
    await using system = await startPrimesSystem();
    const workers = await system.startWorkers(2, { SIEVE_THREADS: '1', LEASE_MS: '600000' });
    const release = await system.hold(200);
    const task = await system.submit({ n: 50_000_000 });
    await system.storedAtLeast(20);
    const response = await fetch(`${system.api.url}/tasks/${task.request_id}`, { method: 'DELETE' });
    expect(response.status).toBe(202);
    expect(TaskSummarySchema.parse(await response.json()).status).toBe('cancelled');
    await eventually(() => {
      const logged = workers.flatMap((worker) => messages(worker, task));
      expect(logged).toEqual(['task started', 'task cancelled']);
    });
    expect(await system.ended(task)).toMatchObject({ status: 'cancelled', error: null });
    await eventually(async () => {
      expect(await system.counters()).toMatchObject({ cancelled: '1' });
    });
    const stored = await system.stored();
    expect(stored).toBeLessThan(200);

    // The leases of ten minutes are released, and stored segments are kept.
    await release();
    const equal = await system.ended(await system.submit({ n: 50_000_000 }));
    expect(equal.status).toBe('done');
    expect(await sieved(workers)).toBe(await system.stored());
    const again = await fetch(`${system.api.url}/tasks/${task.request_id}`, { method: 'DELETE' });
    expect(again.status).toBe(409);
    await eventually(async () => {
      const active = await Promise.all(workers.map((worker) => metric('prime_active_computations', worker)));
      expect(active).toEqual([0, 0]);
    });
  });
});
