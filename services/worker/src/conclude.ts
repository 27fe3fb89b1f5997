import { CANCELLED, encodeFailure, type JobData } from '@primes/contracts';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import { Interruption } from './interruption.ts';
import { NewerVersionError } from './job-data.ts';
import { resendIfCut } from './resend.ts';

/** How long a job is put aside that cannot be worked on here and now. */
const ASIDE_MS = 1_000;
/** How long at most a job of a newer version waits for a newer worker. */
const NEWER_WORKER_PATIENCE_MS = 10 * 60_000;

/**
 * Turns what ended a run into what BullMQ is to make of the job, moving it back to the queue where
 * that costs no attempt. The result is to be thrown from the processor.
 */
export async function conclude(error: unknown, job: Job<JobData>, token: string | undefined): Promise<Error> {
  if (error instanceof NewerVersionError) return leaveToNewerWorker(job, token);
  if (!(error instanceof Interruption)) return error instanceof Error ? error : new Error(String(error));
  switch (error.kind) {
    case 'hand-over':
      // To the head of the queue, or by its priority; whoever takes it goes on where this run ended.
      await resendIfCut(() => job.moveToWait(token));
      return new WaitingError();
    case 'cancelled':
      return new UnrecoverableError(CANCELLED);
    case 'timeout':
      return new UnrecoverableError(
        encodeFailure('timeout', `It took longer than ${job.data.task.timeoutSeconds} seconds`),
      );
    case 'lock-lost':
      // BullMQ refuses whatever we say about a job that is another worker's.
      return error;
    case 'still-running':
      // BullMQ keeps one lock a job and process: the end of the older run would end the renewals of this one.
      return putAside(job, token);
  }
}

/** During a rollout a newer worker takes it; without one it must not circle for ever. */
async function leaveToNewerWorker(job: Job, token: string | undefined): Promise<Error> {
  if (Date.now() - job.timestamp > NEWER_WORKER_PATIENCE_MS) {
    return new UnrecoverableError(encodeFailure('invalid', 'No worker knows this version of a task'));
  }
  return putAside(job, token);
}

/** Delayed, not back to the head of the queue, from where this worker would take it at once again. */
async function putAside(job: Job, token: string | undefined): Promise<Error> {
  await resendIfCut(() => job.moveToDelayed(Date.now() + ASIDE_MS, token));
  return new DelayedError();
}
