import { expect } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually, type ServiceProcess } from '@primes/testing';
import { messages, type startProcesses } from './system.ts';

type System = Pick<Awaited<ReturnType<typeof startProcesses>>, 'start' | 'job'>;

/** Stops the worker of a running task, and waits until another worker, which it starts, has the task. */
export async function handOver(
  system: System,
  task: { request_id: string },
  { first, env = {} }: { first: ServiceProcess; env?: Record<string, string> },
): Promise<{ readonly second: ServiceProcess; readonly startedAt: number }> {
  const second = await system.start('worker', env);
  first.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(messages(first, task)).toEqual(['task started', 'task handed over']);
  await eventually(() => {
    expect(messages(second, task)).toEqual(['task started']);
  });
  return { second, startedAt: JobProgressSchema.parse((await system.job(task)).progress).startedAt };
}

/** Expects that a task is done after one hand-over: it used one attempt, and its start time is the first one. */
export async function expectDoneAfterHandOver(
  system: System & { ended(task: { request_id: string }): Promise<object> },
  task: { request_id: string },
  { startedAt, result }: { startedAt: number; result: object },
): Promise<void> {
  const view = await system.ended(task);
  expect(view).toMatchObject({ status: 'done', started_at: new Date(startedAt).toISOString() });
  const job = await system.job(task);
  expect({ made: job.attemptsMade, started: job.attemptsStarted, stalled: job.stalledCounter }).toEqual({
    made: 1,
    started: 2,
    stalled: 0,
  });
  // `startedAt` is the start by the first worker; BullMQ's `processedOn` is that by the last.
  expect(startedAt).toBeLessThan(job.processedOn ?? 0);
  expect(job.returnvalue).toEqual({ startedAt, result });
}
