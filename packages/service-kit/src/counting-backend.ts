import {
  RedisQueueBackend,
  createRedisBackend,
  type BackendFactory,
  type FinishedPropValAttribute,
  type FinishedStatus,
  type KeepJobs,
  type MinimalJob,
} from 'bullmq';

/** The counter of a job that finishes; `reason` is the failure reason, or the result of a completed job. */
export type CounterOfEnd = (
  job: { readonly name: string },
  target: FinishedStatus,
  reason: unknown,
) => string;

/** BullMQ counts only with this option. It also keeps this many points of a history, which we do not use. */
export const COUNT_ENDS = { metrics: { maxDataPoints: 1 } } as const;

/** The index of KEYS[13] of BullMQ's script, which is `metrics:completed` or `metrics:failed`. */
const METRICS_KEY = 12;

type Ending = [
  job: MinimalJob,
  resultOrReason: unknown,
  field: FinishedPropValAttribute,
  keep: undefined | boolean | number | KeepJobs,
  target: FinishedStatus,
  token: string,
  timestamp: number,
  fetchNext?: boolean,
  fields?: Record<string, unknown>,
];

/**
 * A backend for BullMQ's Queue or Worker, created with `COUNT_ENDS`, that counts finished jobs under custom names; BullMQ
 * itself knows only `completed` and `failed`. It counts in the script that finishes the job: exactly once, even if the
 * process, the connection or the reply is lost.
 */
export function countingBackend(counterOf: CounterOfEnd): BackendFactory<RedisQueueBackend> {
  class CountingBackend extends RedisQueueBackend {
    protected override moveToFinishedArgs(...ending: Ending) {
      const [job, reason, , , target] = ending;
      const args = super.moveToFinishedArgs(...ending);
      args[METRICS_KEY] = this.queue.toKey(`metrics:${counterOf(job, target, reason)}`);
      return args;
    }
  }
  // Only BullMQ's own factory can connect, and it always creates its own class.
  return (...args) =>
    Object.setPrototypeOf(createRedisBackend(...args), CountingBackend.prototype) as CountingBackend;
}
