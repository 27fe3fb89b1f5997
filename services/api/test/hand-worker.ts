import { randomUUID } from 'node:crypto';
import {
  TASK_QUEUE,
  encodeFailure,
  type JobData,
  type JobResult,
  type TaskErrorCode,
} from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import type { TestApi } from './api.ts';

/** A worker without a processor: the test itself takes tasks, moves them on and ends them, when it wants to. */
export async function handWorker({ redis, prefix }: Pick<TestApi, 'redis' | 'prefix'>) {
  const connection = redis.duplicate();
  const worker = new Worker<JobData, JobResult>(TASK_QUEUE, null, { connection, prefix, autorun: false });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();

  /** The next task, from now on active. */
  async function take() {
    const token = randomUUID();
    const job = await eventually(async () => {
      // Typed as always there, but it is not when nothing waits.
      const next = (await worker.getNextJob(token, { block: false })) as Job<JobData, JobResult> | undefined;
      if (!next) throw new Error('No task waits');
      return next;
    });
    return {
      id: job.id ?? '',
      job,
      complete: () =>
        job.moveToCompleted({ startedAt: Date.now(), segmentsComputed: 0, segmentsCached: 1 }, token, false),
      fail: (code: TaskErrorCode) =>
        job.moveToFailed(new UnrecoverableError(encodeFailure(code, 'as the test wants it')), token, false),
      end: (error: Error) => job.moveToFailed(error, token, false),
    };
  }

  return {
    take,
    async [Symbol.asyncDispose]() {
      await worker.close();
      connection.disconnect();
    },
  };
}
