import { describe, expect, it } from '@jest/globals';
import { eventually, residentBytes } from '@primes/testing';
import { startObservedSystem, type ObservedSystem } from './system.ts';

const STARTED = 'sum(prime_task_submissions_total{status="started"})';
/** Memory growth allowed under load: garbage that is not collected yet. */
const MAX_GROWTH = 80e6;

/** Runs tasks, 20 at a time; each must be accepted and done. */
async function runTasks(system: ObservedSystem, tasks: number): Promise<void> {
  for (let done = 0; done < tasks; done += 20) {
    const submitted = await Promise.all(Array.from({ length: 20 }, () => system.submit({ n: 1_000 })));
    for (const task of submitted) expect((await system.ended(task)).status).toBe('done');
  }
}

/** Waits until VictoriaMetrics has counted this many tasks. */
async function counted(system: ObservedSystem, tasks: number): Promise<void> {
  await eventually(
    async () => {
      expect(await system.metrics.value(STARTED)).toBe(tasks);
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
}

/** Waits until a new task has a complete trace. */
async function traced(system: ObservedSystem): Promise<void> {
  const task = await system.submit({ n: 1_000 });
  const [, traceId = ''] = task.traceparent.split('-');
  await eventually(
    async () => {
      const names = (await system.traces.spans(traceId)).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['POST /tasks', 'process primes']));
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
}

const linesOf = ({ api }: ObservedSystem, line: string) => api.logs.filter(({ msg }) => msg === line);

describe('telemetry without a backend', () => {
  it('collectors unavailable: the service keeps working, and its telemetry resumes with the collectors', async () => {
    await using system = await startObservedSystem();
    const processes = [system.api, system.worker, system.gateway];
    await runTasks(system, 400);
    await counted(system, 400);
    const before = processes.map(({ pid }) => residentBytes(pid));

    for (const { collector } of processes) await collector.stop();
    await runTasks(system, 400);
    for (const [index, { pid }] of processes.entries()) {
      expect(residentBytes(pid) - (before[index] ?? NaN)).toBeLessThan(MAX_GROWTH);
    }
    await eventually(
      () => {
        expect(linesOf(system, 'span export failed')).toHaveLength(1);
      },
      { timeoutMs: 40_000 },
    );
    for (const { collector } of processes) await collector.start();
    await counted(system, 800);
    await traced(system);
    // Logged once, however many batches were lost.
    expect(linesOf(system, 'span export failed')).toHaveLength(1);
    expect(linesOf(system, 'span export restored')).toHaveLength(1);
  });

  it('VictoriaMetrics unavailable: collectors buffer samples, within bounds, and send them later', async () => {
    await using system = await startObservedSystem();
    await runTasks(system, 20);
    await counted(system, 20);
    const { engine } = system.metrics;
    const { collector } = system.api;
    const before = residentBytes(collector.pid);
    await engine.stop();
    const stopped = Date.now() / 1_000;
    let tasks = 20;
    for (; Date.now() / 1_000 < stopped + 10; tasks += 20) await runTasks(system, 20);
    expect(residentBytes(collector.pid) - before).toBeLessThan(MAX_GROWTH);
    await engine.start();
    await counted(system, tasks);
    // Scraped while VictoriaMetrics was unavailable: only a collector that buffered it can have sent it.
    const kept = await system.metrics.query('count_over_time(up{service="api"}[4s])', stopped + 7);
    expect(kept.map(({ value }) => value)).toEqual([expect.any(Number)]);
  });
});
