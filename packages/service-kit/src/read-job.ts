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
    if (!job) return undefined;
    const { timestamp, processedOn = 0, finishedOn = 0 } = job;
    return [timestamp, processedOn, finishedOn].every(isTime) ? job : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isWrongData(error)) return undefined;
    throw error;
  }
}

/** Whether a Date can represent it; a view with another number would fail. */
export function isTime(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}
