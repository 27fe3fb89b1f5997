import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { HOLD, messages, startSystem } from '../support/system.ts';

describe('a task whose worker is killed twice', () => {
  it('is finished by a third worker: nothing is lost, no attempt is used', async () => {
    await using system = await startSystem();
    const task = await system.submit({ text: 'a', hold: HOLD });
    for (let lost = 0; lost < 2; lost++) {
      const worker = await system.start('worker');
      await eventually(
        () => {
          expect(messages(worker, task)).toEqual(['task started']);
        },
        // The lock of the lost worker expires first.
        { timeoutMs: 60_000 },
      );
      worker.kill('SIGKILL');
      expect(await worker.exited).toBeNull();
    }
    await system.release();
    const last = await system.start('worker');
    expect((await system.ended(task)).status).toBe('done');
    await eventually(() => {
      expect(messages(last, task)).toEqual(['task started', 'task completed']);
    });
    // BullMQ counts stalls separately from attempts, up to ten.
    const { attemptsMade, attemptsStarted, stalledCounter } = await system.job(task);
    expect({ attemptsMade, attemptsStarted, stalledCounter }).toEqual({
      attemptsMade: 1,
      attemptsStarted: 3,
      stalledCounter: 2,
    });
    await eventually(async () => {
      expect(await system.counters()).toEqual({ completed: '1' });
    });
  });
});
