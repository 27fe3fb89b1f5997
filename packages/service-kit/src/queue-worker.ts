import { GIVE_UP_AFTER } from '@primes/contracts';
import {
  Worker,
  createRedisBackend,
  type Job,
  type JobJson,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import { clockedBackend } from './clocked-backend.ts';
import { COUNT_ENDS, countingBackend, type CounterOfEnd } from './counting-backend.ts';
import type { Liveness } from './liveness.ts';
import { isOutage } from './redis-unavailable.ts';
import type { RedisClock } from './redis-clock.ts';
import type { RedisKeyspace } from './redis-keyspace.ts';
import { isErrorReply, type RejectionLog } from './rejection-log.ts';
import { workerBackend } from './worker-backend.ts';

/** BullMQ blocks for at most 10 s while a job is delayed, and a reply times out one second later. */
const MAX_FETCH_MS = 12_000;

/**
 * Short, because no event loop of ours stalls (heavy work has threads): the jobs of a lost process run elsewhere after 10
 * to 20 s; with BullMQ's defaults after 15 to 60. BullMQ sometimes skips a check (3 of 122 measured: its timer races the
 * key that spaces them); then it takes 25 s.
 */
const LOCKS = { lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: GIVE_UP_AFTER.lostWorkers };

/** Milliseconds between two renewals of the locks of all running jobs. */
const RENEW_LOCKS_MS = LOCKS.lockDuration / 3;

export interface QueueWorkerOptions extends WorkerOptions {
  readonly liveness: Liveness;
  /** Decides when delayed jobs are due. */
  readonly clock: Pick<RedisClock, 'now'>;
  /** For the queue's Redis. */
  readonly rejections: RejectionLog;
  /** The queue's Redis. */
  readonly redis: RedisKeyspace;
  /** The name of the fetch loop in liveness reports. */
  readonly loop: string;
  /** Default: finished jobs are not counted. */
  readonly counterOf?: CounterOfEnd;
}

/**
 * BullMQ's worker with a watched fetch loop. A turn is a reply of Redis to a fetch, with or without a job. No turn is
 * expected while every slot is busy: a task of an hour is no reason to restart the process.
 */
export class QueueWorker<Data, Result = unknown> extends Worker<Data, Result> {
  readonly #turned: () => void;
  #working = 0;
  #fetchedAt = performance.now();
  #isRenewing = false;

  constructor(name: string, processor: Processor<Data, Result>, options: QueueWorkerOptions) {
    const { liveness, clock, rejections, redis, loop, counterOf, ...rest } = options;
    const counting = counterOf && COUNT_ENDS;
    const counted = counterOf ? countingBackend(counterOf) : createRedisBackend;
    const backend = workerBackend(rejections, clockedBackend(clock, counted));
    // BullMQ waits this long after a closed connection; its default of 15 s would equal RECOVERY_MS.
    super(
      name,
      processor,
      { ...LOCKS, skipLockRenewal: true, runRetryDelay: 5_000, ...counting, ...rest },
      backend,
    );
    const renewals = setInterval(() => void this.#renewLocks(), RENEW_LOCKS_MS).unref();
    this.once('closed', () => {
      clearInterval(renewals);
    });
    const watched = liveness.watch(loop, {
      redis,
      maxIntervalMs: MAX_FETCH_MS,
      // `limitUntil` is not 0 after a rate-limited fetch; BullMQ fetches again after that time or when a task ends.
      idle: () => this.#working >= this.concurrency || this['limitUntil'] > 0,
    });
    this.#turned = () => {
      this.#fetchedAt = performance.now();
      watched.turned();
    };
  }

  /**
   * BullMQ would compare the age of a lock with the wall clock, and so renew none for an hour if that clock is an hour
   * behind, or is set back by an hour: other workers would run the same jobs.
   */
  async #renewLocks(): Promise<void> {
    const ids = [...this.lockManager['trackedJobs'].keys()];
    if (this.#isRenewing || ids.length === 0) return;
    this.#isRenewing = true;
    // It emits its errors.
    await this.lockManager['extendLocks'](ids);
    this.#isRenewing = false;
  }

  /** Milliseconds since Redis last responded to a fetch, with or without a job. */
  get lastFetchAgeMs(): number {
    return performance.now() - this.#fetchedAt;
  }

  /** BullMQ calls it with the reply to each fetch, and with the next job when a job finishes. */
  protected override nextJobFromJobData(
    json?: JobJson,
    id?: string,
    token?: string,
  ): Promise<Job<Data, Result>> {
    this.#turned();
    return super.nextJobFromJobData(json, id, token);
  }

  /**
   * Data that is not JSON becomes `null`, which the processor rejects. BullMQ would throw before the processor runs. The
   * job would stall and be fetched again without end (14 times in 4 minutes), because only a run can fail it.
   */
  protected override createJob(json: JobJson, id: string): Job<Data, Result> {
    try {
      return super.createJob(json, id);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return super.createJob({ ...json, data: 'null' }, id);
    }
  }

  /** An error that is caused by the queue's data is a turn too: a restart would not remove it. */
  protected override async moveToActive(token: string, name?: string): Promise<Job<Data, Result>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (isErrorReply(error) && !isOutage(error)) this.#turned();
      throw error;
    }
  }

  /**
   * After a failed blocking read, BullMQ calls it with Infinity. Then the next fetch does not block: a worker whose
   * blocking reads are rejected still gets jobs, and after an outage it does not block for 10 s first.
   */
  protected override getBlockTimeout(blockUntil: number): number {
    return blockUntil === Infinity ? 0 : super.getBlockTimeout(blockUntil);
  }

  protected override async callProcessJob(
    job: Job<Data, Result>,
    token: string,
    signal?: AbortSignal,
  ): Promise<Result> {
    this.#working += 1;
    try {
      return await super.callProcessJob(job, token, signal);
    } finally {
      this.#working -= 1;
    }
  }
}
