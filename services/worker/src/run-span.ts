import {
  REPAIR_JOB,
  StoredTaskSchema,
  attributesOf,
  isCancellation,
  startableFrom,
  type JobData,
  type JobType,
} from '@primes/contracts';
import { NAMESPACE, type Received } from '@primes/service-kit';
import { DelayedError, WaitingError, type Job } from 'bullmq';

/** Describes the span of a run that starts now. A hand-over continues the trace of its task; a retry or a repair only links to it. */
export function describeRun<Input extends object>(
  job: Job<JobData>,
  type: JobType<Input>,
  now: number,
): Received {
  const { id = '', attemptsMade, attemptsStarted } = job;
  // Not validated yet.
  const stored = StoredTaskSchema.safeParse(job.data).data;
  const input = Object.entries(attributesOf(type, stored?.task));
  return {
    queue: type.name,
    id,
    traceparent: stored?.traceparent ?? '',
    first: attemptsMade === 0 && job.name !== REPAIR_JOB,
    attributes: {
      [`${NAMESPACE}.job`]: job.name,
      [`${NAMESPACE}.job.runs`]: attemptsStarted,
      ...Object.fromEntries(input.map(([field, value]) => [`${NAMESPACE}.task.${field}`, value])),
      // For a later run it would include the earlier runs.
      ...(attemptsStarted === 1 && {
        [`${NAMESPACE}.task.wait_seconds`]: (now - startableFrom(job)) / 1_000,
      }),
    },
    outcomeOf,
  };
}

function outcomeOf(error: unknown): string | undefined {
  if (error instanceof WaitingError) return 'handed over';
  if (error instanceof DelayedError) return 'deferred';
  return error instanceof Error && isCancellation(error.message) ? 'cancelled' : undefined;
}
