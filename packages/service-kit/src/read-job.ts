import { Job, type Queue } from 'bullmq';
import { isWrongData } from './redis-unavailable.ts';

/**
 * Reads a job. A damaged record, which BullMQ cannot have written, is no job: one of them must not make all others
 * unreadable.
 *
 * @returns undefined if there is no such job
 */
export async function readJob<Data, Result>(
  queue: Queue<Data, Result>,
  id: string,
): Promise<Job<Data, Result> | undefined> {
  try {
    const job = await Job.fromId<Data, Result>(queue, id);
    return job && Number.isFinite(job.timestamp) ? job : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isWrongData(error)) return undefined;
    throw error;
  }
}
