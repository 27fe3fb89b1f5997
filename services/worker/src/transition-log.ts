import { CANCELLED, StoredTaskSchema, type JobData, type JobResult } from '@primes/contracts';
import type { Logger } from '@primes/service-kit';
import type { Job } from 'bullmq';

/** One log line for each transition of a task, with what joins it to its request and trace. */
export class TransitionLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  started(job: Job): void {
    this.#log.info({ ...identify(job), attempt: job.attemptsMade + 1 }, 'task started');
  }

  handedOver(job: Job): void {
    this.#log.info(identify(job), 'task handed over');
  }

  /** The queue has given it away again, as after an outage of Redis that outlasted its lock. */
  lost(job: Job): void {
    this.#log.warn(identify(job), 'task lost');
  }

  leftToNewerWorker(job: Job): void {
    this.#log.info(identify(job), 'task left to a newer worker');
  }

  completed(job: Job, result: JobResult, seconds: number): void {
    const { segmentsComputed, segmentsCached } = result;
    const fields = { duration_ms: Math.round(seconds * 1e3), segmentsComputed, segmentsCached };
    this.#log.info({ ...identify(job), ...fields }, 'task done');
  }

  ended(job: Job, error: Error): void {
    if (error.message === CANCELLED) this.#log.info(identify(job), 'task cancelled');
    else this.#log.error({ ...identify(job), reason: error.message }, 'task failed');
  }

  willRetry(job: Job, error: Error): void {
    const fields = { ...identify(job), attempt: job.attemptsMade, reason: error.message };
    this.#log.warn(fields, 'task will be tried again');
  }
}

function identify(job: Job) {
  const data = job.data as Partial<JobData> | null;
  const { data: stored } = StoredTaskSchema.safeParse(data);
  return {
    task_id: job.id,
    request_id: data?.requestId,
    trace_id: stored?.traceparent.split('-')[1],
    n: stored?.task.n,
  };
}
