import { WORKER_REPORT_TTL_SECONDS, workerKey, workersKey, type WorkerReport } from '@primes/contracts';
import { VERSION, publishPeriodically, type PublishOptions } from '@primes/service-kit';

type Work = Pick<WorkerReport, 'running' | 'last_fetch_age_seconds'>;

/** Reports to operators, until this worker stops, what it does. */
export function publishReport(
  consumer: { report(): Work },
  concurrency: number,
  options: PublishOptions,
): void {
  const since = new Date(performance.timeOrigin).toISOString();
  const publication = {
    name: 'report',
    index: workersKey,
    key: workerKey,
    ttlSeconds: WORKER_REPORT_TTL_SECONDS,
    read: (instance: string): WorkerReport => ({
      instance,
      version: VERSION,
      since,
      concurrency,
      memory_bytes: process.memoryUsage.rss(),
      ...consumer.report(),
    }),
    removeAtEnd: true,
  };
  publishPeriodically(publication, options);
}
