import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { expectDoneAfterHandOver, handOver } from '../support/hand-over.ts';
import { HOLD, messages, startSystem } from '../support/system.ts';

describe('SIGTERM during a task', () => {
  it('hands it to another worker: no attempt is used, no step is repeated, the timeout does not restart', async () => {
    await using system = await startSystem();
    const first = await system.start('worker');
    const task = await system.submit({ text: 'a', steps: 10, hold: HOLD });
    await eventually(async () => {
      expect(JobProgressSchema.parse((await system.job(task)).progress).done).toBe(9);
    });
    const { startedAt } = await handOver(system, task, { first });
    await system.release();
    // The two runs together did each step once.
    await expectDoneAfterHandOver(system, task, { startedAt, result: { text: 'a', steps: 10 } });
  });

  it('lets idle workers start a task with a priority', async () => {
    await using system = await startSystem();
    const first = await system.start('worker');
    const tasks = [
      await system.submit({ text: 'a', hold: HOLD, priority: 7 }),
      await system.submit({ text: 'b', hold: HOLD, priority: 9 }),
    ];
    await eventually(() => {
      for (const task of tasks) expect(messages(first, task)).toEqual(['task started']);
    });
    const idle = await system.startWorkers(2);
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    await eventually(() => {
      for (const task of tasks) {
        expect(idle.flatMap((worker) => messages(worker, task))).toEqual(['task started']);
      }
    });
    await system.release();
    for (const task of tasks) {
      expect(await system.ended(task)).toMatchObject({ status: 'done', priority: task.priority });
      expect((await system.job(task)).attemptsMade).toBe(1);
    }
  });
});
