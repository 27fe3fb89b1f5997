import * as z from 'zod';

/** Seconds after which the report of a lost worker expires. */
export const WORKER_REPORT_TTL_SECONDS = 15;

/** Sorted set: the instances of workers that have reported; an instance without a report is gone. */
export function workersKey(queuePrefix: string): string {
  return `${queuePrefix}:workers`;
}

/** The report of one worker. */
export function workerKey(queuePrefix: string, instance: string): string {
  return `${queuePrefix}:worker:${instance}`;
}

const seconds = (description: string) => z.number().min(0).meta({ description });

/** What each worker writes to Redis every few seconds. Ages are its own, so they do not depend on the clocks of two machines. */
export const WorkerReportSchema = z
  .object({
    instance: z.string().meta({ description: 'Service, host and process id' }),
    version: z.string(),
    since: z.iso.datetime().meta({ description: 'Start of the process' }),
    concurrency: z.int().min(1).meta({ description: 'Tasks that it runs at once' }),
    running: z.array(
      z.object({
        request_id: z.string().meta({ description: 'With `repair-`: a recomputation for a reader' }),
        age_seconds: seconds('Since the first start of work, including earlier runs'),
        progress: z.int().min(0).max(100).meta({ description: 'Progress in percent' }),
      }),
    ),
    last_fetch_age_seconds: seconds('Since Redis last responded to a fetch; grows while all slots are busy'),
    memory_bytes: z.int().min(0).meta({ description: 'Resident memory' }),
  })
  .meta({ id: 'Worker' });
export type WorkerReport = z.infer<typeof WorkerReportSchema>;
