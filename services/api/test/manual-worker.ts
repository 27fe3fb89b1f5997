import { randomUUID } from 'node:crypto';
import {
  CANCELLED,
  encodeFailure,
  type JobData,
  type JobReturnValue,
  type TaskErrorCode,
} from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import type { TestApi } from './api.ts';

/** A worker without a processor: the test takes and ends tasks. */
export async function manualWorker({ redis, prefix, tasks }: Pick<TestApi, 'redis' | 'prefix' | 'tasks'>) {
  const connection = redis.duplicate();
  const worker = new Worker<JobData, JobReturnValue>(tasks.name, null, {
    connection,
    prefix,
    autorun: false,
  });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();

  /** Moves the next task to `active`. */
  async function take() {
    const token = randomUUID();
    const job = await eventually(async () => {
      // Undefined if no task waits, unlike its type.
      const next = (await worker.getNextJob(token, { block: false })) as
        Job<JobData, JobReturnValue> | undefined;
      if (!next) throw new Error('No task waits');
      return next;
    });
    return {
      id: job.id ?? '',
      job,
      complete: () => job.moveToCompleted({ startedAt: Date.now(), result: null }, token, false),
      fail: (code: TaskErrorCode) =>
        job.moveToFailed(new UnrecoverableError(encodeFailure(code, 'requested by the test')), token, false),
      /** As a worker that finds the cancellation. */
      cancel: () => job.moveToFailed(new UnrecoverableError(CANCELLED), token, false),
      /** Hands it over. */
      giveBack: () => job.moveToWait(token),
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
