import type { JobData } from '@primes/contracts';
import { Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { only } from './history.ts';
import type { Recorder } from './recorder.ts';

const INTERVAL_MS = 200;

/**
 * Reports BullMQ's events of a queue, in order, from the first one after `from`. BullMQ keeps the last 10,000.
 *
 * @returns a function that reports the last events and stops
 */
export function followEvents(
  redis: Pick<Redis, 'xread'>,
  queue: Queue<JobData>,
  { from = '0', report }: { from?: string; report: (event: string, id: string) => void },
): () => Promise<void> {
  let last = from;
  async function read(): Promise<void> {
    for (;;) {
      const streams = await redis.xread('COUNT', 1_000, 'STREAMS', queue.toKey('events'), last);
      const [, entries] = streams?.[0] ?? ['', []];
      if (entries.length === 0) return;
      for (const [entryId, fields] of entries) {
        last = entryId;
        const value = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
        report(value('event'), value('jobId'));
      }
    }
  }
  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(read).catch(() => undefined);
  }, INTERVAL_MS).unref();

  return async function stop() {
    clearInterval(timer);
    await reading;
    await read();
  };
}

/** Records the jobs of all submitted tasks, after they have ended. */
export async function recordJobs(queue: Queue<JobData>, recorder: Recorder): Promise<void> {
  const ids = new Set(only(recorder.history, 'submit').flatMap(({ id }) => id ?? []));
  for (const id of ids) {
    const job = await Job.fromId(queue, id);
    if (job) recorder.record({ type: 'job', id, attempts: job.attemptsMade });
  }
}
