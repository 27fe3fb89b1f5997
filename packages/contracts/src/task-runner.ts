import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type * as z from 'zod';
import type { CounterField } from './counters.ts';
import type { ValuesOf } from './job-type.ts';
import type { RedisClient } from './redis-client.ts';

/**
 * The part of a job type that only the worker loads: what a run does.
 *
 * @example
 * export const runner: TaskRunnerFactory<{ text: string }, { words: number }> = {
 *   open: () => ({ run: async ({ text }) => ({ words: text.split(/\s+/).length }) }),
 * };
 */
export interface TaskRunnerFactory<Input, Returned, Variables extends z.ZodRawShape = z.ZodRawShape> {
  /** Environment variables of the worker, in addition to its own. Default: none. */
  readonly variables?: Variables;
  /** Called once, before the first task. If it fails, the worker does not start. */
  readonly open: (
    resources: TaskRunnerResources<Variables>,
  ) => TaskRunner<Input, Returned> | Promise<TaskRunner<Input, Returned>>;
}

/** What a runner may use from the start of the worker to its end. */
export interface TaskRunnerResources<Variables extends z.ZodRawShape> {
  /** The values of `variables`. */
  readonly config: ValuesOf<Variables>;
  /**
   * Opens a connection to the Redis of the job's data (`STORE_REDIS_URL`, or the queue's Redis). While Redis is
   * unavailable, its commands wait; after a reconnect, commands without a response are resent. It needs no error handler,
   * and the worker closes it after `close`.
   */
  readonly redis: () => RedisClient;
  /** `STORE_PREFIX`, with which all keys of the job's data must start: permissions for other keys are not documented. */
  readonly keyPrefix: string;
  /** For the job's own metrics; /metrics serves everything in it. */
  readonly registry: Registry;
  readonly log: Logger;
}

/** Runs tasks, several at a time. */
export interface TaskRunner<Input, Returned> {
  /**
   * Does the work of one task. It may be called again for the same task: after a hand-over, a lost worker or an error. So
   * a run must be able to continue after an earlier one that stopped at any point.
   *
   * @returns what is kept with the task, as JSON, and logged: a few kilobytes at most, without secrets. It is the task's
   * result, unless the job type has a `ResultReader`
   * @throws any error soon after `signal` is aborted. Otherwise an error fails this attempt; a task has three attempts, and
   * the client sees `crashed` but not the message. BullMQ's `UnrecoverableError` fails the task without another attempt;
   * if its message is `encodeFailure('invalid', …)`, the client sees that message
   */
  run(input: Input, context: RunContext): Promise<Returned>;
  /**
   * Called once for each task that this worker has completed, not for a repair. An error is logged, and changes nothing.
   *
   * @returns what to add to the counters that `/api/metrics/cache-stats` shows. Default: nothing
   */
  completed?(input: Input, returned: Returned): Readonly<Partial<Record<CounterField, number>>>;
  /** Called once, when no task is running any more. Default: nothing to close. */
  close?(): Promise<void>;
}

/** One run of one task. */
export interface RunContext {
  /** The id of the BullMQ job: of a task, or of a repair (`repair-<hash of the input>`), which is no task of a client. */
  readonly taskId: string;
  /** True for a repair: a part of the stored result is missing or corrupt, so cached knowledge of it must not be used. */
  readonly recompute: boolean;
  /**
   * Aborted when the run must stop: the task was cancelled or timed out, the worker stops, or another worker has the
   * task. A run that ignores it keeps its slot, and if it returns a result, the task is done. When the worker stops, such
   * a run is killed at the end of the grace period, and the task starts again on another worker after some seconds.
   */
  readonly signal: AbortSignal;
  /** The counts of this task so far, over this and all earlier runs. */
  readonly counts: Readonly<Record<string, number>>;
  /** Reports the progress. Default: 0 % until the task is done. Written to Redis at most four times a second. */
  progress(done: number, total: number): void;
  /** Adds to a count of this task. Counts are kept with the progress, so they survive a hand-over. */
  count(name: string, by?: number): void;
}
