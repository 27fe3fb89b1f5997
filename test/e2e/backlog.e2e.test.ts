import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { METRICS_API } from '@primes/testing/echo';
import { metricsClient } from '../support/metrics-client.ts';
import { startSystem } from '../support/system.ts';

describe('a backlog at zero workers', () => {
  it('is reported by the gateway, and drains when a worker starts', async () => {
    await using system = await startSystem();
    const { url: gateway } = await system.start('metrics-gateway');
    const ask = metricsClient(METRICS_API, gateway);
    const tasks = await Promise.all(['a', 'b', 'c', 'd'].map((text) => system.submit({ text })));
    const prioritized = await system.submit({ text: 'e', priority: 3 });
    await eventually(async () => {
      const summary = await ask('summary');
      expect(summary).toMatchObject({
        queued_tasks: 5,
        demand: 5,
        active_tasks: 0,
        paused: false,
      });
      expect(summary.oldest_waiting_seconds).toBeGreaterThan(0);
      expect(await ask('task-stats')).toMatchObject({
        pending: 5,
        processing: 0,
        done: 0,
        total: 5,
      });
    });
    for (const task of [...tasks, prioritized]) {
      expect(await system.view(task.request_id, '')).toMatchObject({ status: 'pending', result: null });
    }

    const worker = await system.start('worker');
    for (const task of [...tasks, prioritized]) expect((await system.ended(task)).status).toBe('done');
    for (const [i, { request_id: id }] of tasks.entries()) {
      expect((await system.view(id, '')).result).toEqual({ text: 'abcd'[i], steps: 1 });
    }
    await eventually(async () => {
      const summary = await ask('summary');
      expect(summary).toMatchObject({ queued_tasks: 0, demand: 0, active_tasks: 0 });
      expect(await ask('task-stats')).toMatchObject({
        pending: 0,
        done: 5,
        failed: 0,
        total: 5,
      });
    });
    // Every running process publishes its registry, including the worker.
    await eventually(
      async () => {
        const { metrics } = await ask('performance');
        const completed = metrics
          .find(({ name }) => name === 'echo_task_submissions_total')
          ?.values.find(({ labels }) => labels['status'] === 'completed');
        expect(completed?.value).toBe(5);
      },
      { timeoutMs: 30_000 },
    );
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
  });
});
