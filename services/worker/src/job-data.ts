import { JOB_VERSION, JobDataSchema, JobVersionSchema, encodeFailure, type JobData } from '@primes/contracts';
import { UnrecoverableError } from 'bullmq';

/** The job was made by a newer api: a newer worker has to do it. */
export class NewerVersionError extends Error {
  override readonly name = 'NewerVersionError';
}

/**
 * Redis is a boundary: what comes out of it is checked like a request.
 *
 * @throws {UnrecoverableError} `invalid` when no version of ours wrote this
 * @throws {NewerVersionError}
 */
export function parseJobData(data: unknown): JobData {
  const version = JobVersionSchema.safeParse(data);
  if (version.success && version.data.version > JOB_VERSION) {
    throw new NewerVersionError(`Job of version ${version.data.version}, this worker knows ${JOB_VERSION}`);
  }
  const parsed = JobDataSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
  throw new UnrecoverableError(encodeFailure('invalid', `The task's data cannot be read: ${fields}`));
}
