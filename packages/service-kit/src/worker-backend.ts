import { setTimeout as delay } from 'node:timers/promises';
import { createRedisBackend, type RedisQueueBackend } from 'bullmq';
import { isErrorReply, type RejectionLog } from './rejection-log.ts';
import { RETRY_MS, retryWhileUnavailable } from './retry-while-unavailable.ts';

/** Operations that a Worker repeats itself. */
const FETCHES = ['moveToActive', 'waitForJob'] as const;
/** Operations that finish a run. A rejected script has changed nothing; an executed one fails if its lock is gone. */
const FINISHES = ['moveToCompleted', 'moveToFailed', 'moveToDelayed', 'moveJobFromActiveToWait'] as const;

type Operation = (...args: never[]) => Promise<unknown>;

/**
 * The backend of a BullMQ Worker whose Redis may reject commands: out of memory, read-only, too few replicas.
 * BullMQ alone would repeat a fetch at once, 19,000 times a second (measured at `maxmemory`), and count a run as a failed
 * attempt if its final command was rejected.
 */
export function workerBackend(
  rejections: RejectionLog,
  create = createRedisBackend,
): typeof createRedisBackend {
  return (...args) => {
    const backend = create(...args);
    for (const name of FETCHES) wrap(backend, name, fetched);
    for (const name of FINISHES) wrap(backend, name, finished);
    return backend;
  };

  async function fetched(operation: string, fetch: () => Promise<unknown>): Promise<unknown> {
    try {
      const job = await fetch();
      rejections.accepted(operation);
      return job;
    } catch (error) {
      rejections.rejected(operation, error);
      // After a lost connection, BullMQ waits itself.
      if (isErrorReply(error)) await delay(RETRY_MS);
      throw error;
    }
  }

  function finished(operation: string, finish: () => Promise<unknown>): Promise<unknown> {
    return retryWhileUnavailable(finish, { rejections, operation });
  }
}

function wrap(
  backend: RedisQueueBackend,
  name: (typeof FETCHES | typeof FINISHES)[number],
  around: (operation: string, call: () => Promise<unknown>) => Promise<unknown>,
): void {
  const original = (backend[name] as Operation).bind(backend);
  const wrapped: Operation = (...args) => around(name, () => original(...args));
  Object.assign(backend, { [name]: wrapped });
}
