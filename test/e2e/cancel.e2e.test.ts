import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { HOLD, messages, metric, startSystem } from '../support/system.ts';

describe('DELETE of a task that runs in another process', () => {
  it('interrupts it, and blocks no other task', async () => {
    await using system = await startSystem();
    const workers = await system.startWorkers(2);
    const task = await system.submit({ text: 'a', hold: HOLD });
    await eventually(() => {
      expect(workers.flatMap((worker) => messages(worker, task))).toEqual(['task started']);
    });
    const cancel = () => fetch(`${system.api.url}/tasks/${task.request_id}`, { method: 'DELETE' });
    const response = await cancel();
    expect([response.status, await response.json()]).toMatchObject([202, { status: 'cancelled' }]);
    await eventually(() => {
      const logged = workers.flatMap((worker) => messages(worker, task));
      expect(logged).toEqual(['task started', 'task cancelled']);
    });
    expect(await system.ended(task)).toMatchObject({ status: 'cancelled', error: null });
    await eventually(async () => {
      expect(await system.counters()).toEqual({ cancelled: '1' });
    });
    expect((await system.ended(await system.submit({ text: 'a' }))).status).toBe('done');
    expect((await cancel()).status).toBe(409);
    await eventually(async () => {
      const active = await Promise.all(workers.map((worker) => metric('echo_active_computations', worker)));
      expect(active).toEqual([0, 0]);
    });
  });
});
