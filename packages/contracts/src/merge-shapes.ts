import type * as z from 'zod';

/**
 * The fields of a job, and those that every job has.
 *
 * @param reserved further names that a job cannot use
 * @throws {TypeError} naming the fields of the job that are reserved
 */
export function mergeShapes<Job extends z.ZodRawShape, Common extends z.ZodRawShape>(
  job: Job,
  common: Common,
  reserved: readonly string[] = [],
): Job & Common {
  const taken = Object.keys(job).filter((field) => Object.hasOwn(common, field) || reserved.includes(field));
  if (taken.length > 0) throw new TypeError(`A job cannot have these fields: ${taken.join(', ')}`);
  return { ...job, ...common };
}
