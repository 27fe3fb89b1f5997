import { describe, expect, it } from '@jest/globals';
import { METRICS_API } from '@primes/primes';
import { eventually } from '@primes/testing';
import { primesByTrialDivision } from '../../packages/sieve/test/known-primes.ts';
import { metricsClient } from '../support/metrics-client.ts';
import { startPrimesSystem } from './system.ts';

describe('a backlog at zero workers', () => {
  it('is reported by the gateway, and drains when a worker starts', async () => {
    await using system = await startPrimesSystem();
    const { url: gateway } = await system.start('metrics-gateway');
    const ask = metricsClient(METRICS_API, gateway);
    const tasks = await Promise.all([100, 100, 1_000_000, 3].map((n) => system.submit({ n })));
    const prioritized = await system.submit({ n: 10, priority: 3 });
    await eventually(async () => {
      const summary = await ask('summary');
      expect(summary).toMatchObject({
        queued_tasks: 5,
        demand: 5,
        active_tasks: 0,
        largest_n: 0,
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
    // A cached task also waits for a worker: the api never completes a task.
    for (const task of [...tasks, prioritized]) {
      expect(await system.view(task.request_id, '')).toMatchObject({ status: 'pending', result: null });
    }

    const worker = await system.start('worker');
    for (const task of [...tasks, prioritized]) expect((await system.ended(task)).status).toBe('done');
    const [{ request_id: id } = { request_id: '' }] = tasks;
    const all = await system.view(id, '');
    expect(all.result).toEqual(primesByTrialDivision(541));
    expect((await system.view(id, 'offset=10&limit=5')).result).toEqual([31, 37, 41, 43, 47]);
    await eventually(async () => {
      const summary = await ask('summary');
      expect(summary).toMatchObject({ queued_tasks: 0, demand: 0, active_tasks: 0 });
      expect(summary.largest_n).toBeGreaterThanOrEqual(1_000_000);
      expect(await ask('task-stats')).toMatchObject({
        pending: 0,
        done: 5,
        failed: 0,
        total: 5,
      });
      const { hits, misses } = await ask('cache-stats');
      expect(misses).toBe(await system.stored());
      expect(hits).toBeGreaterThanOrEqual(2);
    });
    // Every running process publishes its registry, including the worker.
    await eventually(
      async () => {
        const { metrics } = await ask('performance');
        const completed = metrics
          .find(({ name }) => name === 'prime_task_submissions_total')
          ?.values.find(({ labels }) => labels['status'] === 'completed');
        expect(completed?.value).toBe(5);
      },
      { timeoutMs: 30_000 },
    );
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
  });
});
