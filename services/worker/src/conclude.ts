import { CANCELLED, GIVE_UP_AFTER, encodeFailure, type JobData } from '@primes/contracts';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import { Interruption } from './interruption.ts';
import { NewerVersionError } from './job-data.ts';

/** Milliseconds by which a job is delayed that cannot run here now. */
const DELAY_MS = 1_000;

/**
 * Converts the error of a run to the error that the processor must throw for BullMQ. Moves the job back to the queue if
 * that must not count as an attempt.
 */
export async function conclude(error: unknown, job: Job<JobData>, token: string | undefined): Promise<Error> {
  if (error instanceof NewerVersionError) return deferToNewerWorker(job, token);
  if (!(error instanceof Interruption)) return error instanceof Error ? error : new Error(String(error));
  switch (error.kind) {
    case 'hand-over':
      // To the head of the queue, or by its priority; the next worker continues from the progress of this run.
      await job.moveToWait(token);
      return new WaitingError();
    case 'cancelled':
      return new UnrecoverableError(CANCELLED);
    case 'timeout':
      return new UnrecoverableError(
        encodeFailure('timeout', `The task exceeded its timeout of ${job.data.task.timeoutSeconds} seconds`),
      );
    case 'expired':
      return new UnrecoverableError(
        encodeFailure(
          'expired',
          `The task was not started within its queue timeout of ${job.data.task.queueTimeoutSeconds ?? 0} seconds`,
        ),
      );
    case 'lock-lost':
      // BullMQ rejects any update of a job whose lock another worker holds.
      return error;
    case 'still-running':
      // BullMQ tracks one lock per job and process: the end of the older run would stop the renewals of this one.
      return defer(job, token);
  }
}

/** During a rollout, a newer worker runs the job; without one, it fails eventually. */
async function deferToNewerWorker(job: Job, token: string | undefined): Promise<Error> {
  if (job.attemptsStarted > GIVE_UP_AFTER.startsOnOldWorkers) {
    return new UnrecoverableError(encodeFailure('invalid', 'No worker supports this job version'));
  }
  return defer(job, token);
}

/** Delays the job: at the head of the queue, this worker would fetch it again at once. */
async function defer(job: Job, token: string | undefined): Promise<Error> {
  await job.moveToDelayed(Date.now() + DELAY_MS, token);
  return new DelayedError();
}
