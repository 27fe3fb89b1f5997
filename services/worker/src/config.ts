import { commonConfig, field } from '@primes/service-kit';
import type { z } from 'zod';

/** The environment of the worker. */
export const workerConfig = commonConfig.extend({
  WORKER_PORT: field.port(8_001, 'Port of /metrics, /livez and /readyz'),
  WORKER_CONCURRENCY: field.integer(
    { min: 1, max: 256, default: 4 },
    'Tasks at a time; also the target of the autoscaler, per pod',
  ),
  SIEVE_THREADS: field.integer({ min: 0, max: 256, default: 0 }, 'Threads that sieve; 0: one for each CPU'),
  LEASE_MS: field.milliseconds(
    5_000,
    'How long a segment stays reserved without a sign of life of the worker that sieves it',
  ),
  WORKER_EXIT_WHEN_IDLE_SECONDS: field.integer(
    { min: 0, max: 86_400, default: 0 },
    'Ends the process in order once it had no task for so long, as a Job on Kubernetes should; 0: never',
  ),
  FINAL_SCRAPE_WAIT_MS: field.milliseconds(
    0,
    'After the last task and before the end: time for one more scrape of /metrics',
  ),
});
export type WorkerConfig = Readonly<z.infer<typeof workerConfig>>;
