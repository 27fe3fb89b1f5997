import {
  JOB_VERSION,
  JobDataSchema,
  JobVersionSchema,
  encodeFailure,
  inputOf,
  type JobData,
} from '@primes/contracts';
import { UnrecoverableError } from 'bullmq';
import type * as z from 'zod';

/** A newer api has created the job: a newer worker must run it. */
export class NewerVersionError extends Error {
  override readonly name = 'NewerVersionError';
}

/**
 * Validates job data from Redis like a request.
 *
 * @throws {UnrecoverableError} `invalid` if the data match no known version
 * @throws {NewerVersionError}
 */
export function parseJobData(data: unknown): JobData {
  const parsed = JobDataSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const version = JobVersionSchema.safeParse(data).data?.version ?? 0;
  if (version > JOB_VERSION) {
    throw new NewerVersionError(`Expected at most job version ${JOB_VERSION}, received ${version}`);
  }
  throw invalid(parsed.error);
}

/**
 * Validates the input of the job.
 *
 * @throws {UnrecoverableError} `invalid` if the job type rejects it
 */
export function parseInput<Input>(schema: z.ZodType<Input>, { task }: JobData): Input {
  const parsed = schema.safeParse(inputOf(task));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, ['task']);
}

function invalid(error: z.ZodError, path: readonly string[] = []): UnrecoverableError {
  const fields = error.issues.map((issue) => [...path, ...issue.path].join('.') || '(root)');
  return new UnrecoverableError(encodeFailure('invalid', `Invalid task data: ${fields.join(', ')}`));
}
