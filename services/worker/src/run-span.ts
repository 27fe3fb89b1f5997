import { CANCELLED, REPAIR_JOB, TASK_QUEUE, type JobData } from '@primes/contracts';
import type { Received } from '@primes/service-kit';
import { DelayedError, WaitingError, type Job } from 'bullmq';

/** What the span of a run says. A hand-over goes on in the trace of its task; a retry and a repair link to it. */
export function describeRun(job: Job<JobData>): Received {
  const { id = '', name, timestamp, attemptsMade, attemptsStarted } = job;
  // Not parsed yet: it may be anything.
  const data = job.data as { traceparent?: unknown; task?: { n?: unknown } } | null;
  const n = data?.task?.n;
  return {
    queue: TASK_QUEUE,
    id,
    traceparent: typeof data?.traceparent === 'string' ? data.traceparent : '',
    first: attemptsMade === 0 && name !== REPAIR_JOB,
    attributes: {
      'primes.job': name,
      'primes.job.runs': attemptsStarted,
      ...(typeof n === 'number' && { 'primes.task.n': n }),
      // Of a later run it would be the time of the runs before, too.
      ...(attemptsStarted === 1 && { 'primes.task.wait_seconds': (Date.now() - timestamp) / 1_000 }),
    },
    outcomeOf,
  };
}

function outcomeOf(error: unknown): string | undefined {
  if (error instanceof WaitingError) return 'handed over';
  if (error instanceof DelayedError) return 'put aside';
  return error instanceof Error && error.message === CANCELLED ? 'cancelled' : undefined;
}
