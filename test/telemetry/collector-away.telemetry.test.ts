import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { residentMegabytes } from './engine.ts';
import { startObservedSystem, type ObservedSystem } from './system.ts';

jest.setTimeout(180_000);

const STARTED = 'sum(prime_task_submissions_total{status="started"})';
/** What a process may hold more after the load than before: garbage that is not collected yet. */
const SLACK_MB = 80;

/** So many tasks, 20 at a time, each of which has to be accepted and done. */
async function work(system: ObservedSystem, tasks: number): Promise<void> {
  for (let done = 0; done < tasks; done += 20) {
    const submitted = await Promise.all(Array.from({ length: 20 }, () => system.submit({ n: 1_000 })));
    for (const task of submitted) expect((await system.ended(task)).status).toBe('done');
  }
}

/** Waits until VictoriaMetrics has seen so many tasks. */
async function seen(system: ObservedSystem, tasks: number): Promise<void> {
  await eventually(
    async () => {
      expect(await system.metrics.value(STARTED)).toBe(tasks);
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
}

/** Waits until a new task can be followed to its end. */
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

describe('signals that have nowhere to go', () => {
  it('collectors away: the service works on as before, and is seen again once they are back', async () => {
    await using system = await startObservedSystem();
    const processes = [system.api, system.worker, system.gateway];
    await work(system, 400);
    await seen(system, 400);
    const before = processes.map(({ pid }) => residentMegabytes(pid));

    for (const { collector } of processes) await collector.stop();
    await work(system, 400);
    for (const [index, { pid }] of processes.entries()) {
      expect(residentMegabytes(pid) - (before[index] ?? NaN)).toBeLessThan(SLACK_MB);
    }
    await eventually(
      () => {
        expect(linesOf(system, 'spans are lost')).toHaveLength(1);
      },
      { timeoutMs: 40_000 },
    );
    for (const { collector } of processes) await collector.start();
    await seen(system, 800);
    await traced(system);
    // However many batches were lost.
    expect(linesOf(system, 'spans are lost')).toHaveLength(1);
    expect(linesOf(system, 'spans arrive again')).toHaveLength(1);
  });

  it('VictoriaMetrics away: collectors keep what they scraped, in bounds, and send it later', async () => {
    await using system = await startObservedSystem();
    await work(system, 20);
    await seen(system, 20);
    const { engine } = system.metrics;
    const { collector } = system.api;
    const before = collector.residentMegabytes;
    await engine.stop();
    const away = Date.now() / 1_000;
    let tasks = 20;
    for (; Date.now() / 1_000 < away + 10; tasks += 20) await work(system, 20);
    expect(collector.residentMegabytes - before).toBeLessThan(SLACK_MB);
    await engine.start();
    await seen(system, tasks);
    // Scraped while it was away: only a collector that kept it can have sent it.
    const kept = await system.metrics.query('count_over_time(up{service="api"}[4s])', away + 7);
    expect(kept.map(({ value }) => value)).toEqual([expect.any(Number)]);
  });
});
