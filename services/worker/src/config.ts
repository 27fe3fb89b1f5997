import { commonConfig, field, crossFieldRule } from '@primes/service-kit';
import type * as z from 'zod';

const fields = commonConfig.safeExtend({
  WORKER_PORT: field.port(8_001, 'Port of /metrics, /livez and /readyz'),
  WORKER_CONCURRENCY: field.integer(
    { min: 1, max: 256, default: 4 },
    'Maximum number of concurrent tasks; also the target per pod of the autoscaler',
  ),
  WORKER_EXIT_WHEN_IDLE_SECONDS: field.integer(
    { min: 0, max: 86_400, default: 0 },
    'Idle time after which the process exits, for a Kubernetes Job; 0: never',
  ),
  FINAL_SCRAPE_WAIT_MS: field.milliseconds(
    0,
    'Time between the last task and exit, for a final scrape of /metrics',
  ),
});

/** The environment of the worker, without the variables of its job. */
export const workerConfig = fields.refine(
  ({ FINAL_SCRAPE_WAIT_MS: wait, SHUTDOWN_DEADLINE_MS: deadline }) => wait < deadline,
  crossFieldRule(['FINAL_SCRAPE_WAIT_MS', 'SHUTDOWN_DEADLINE_MS'], 'Must be less than SHUTDOWN_DEADLINE_MS'),
);
export type WorkerConfig = Readonly<z.infer<typeof workerConfig>>;
