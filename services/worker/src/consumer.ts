import { setTimeout as delay } from 'node:timers/promises';
import {
  COMPUTE_JOB,
  StoredTaskSchema,
  cancelChannel,
  countersKey,
  endCounterOf,
  isCancellation,
  startableFrom,
  type CounterField,
  type JobData,
  type JobReturnValue,
  type JobType,
  type TaskRunner,
  type RedisClient,
  type WorkerReport,
} from '@primes/contracts';
import {
  QueueWorker,
  RedisClock,
  RejectionLog,
  SharedCounters,
  withConsumerSpan,
  queueErrorLogger,
  queueRedis,
  type Liveness,
  type Logger,
  type RedisSettings,
} from '@primes/service-kit';
import { Job } from 'bullmq';
import { CancelListener } from './cancel-listener.ts';
import { conclude } from './conclude.ts';
import type { WorkerConfig } from './config.ts';
import type { IdleWatch } from './idle-watch.ts';
import { Interruption } from './interruption.ts';
import { NewerVersionError, parseInput, parseJobData } from './job-data.ts';
import type { WorkerMetrics } from './metrics.ts';
import { ProgressReporter } from './progress.ts';
import { describeRun } from './run-span.ts';
import { RunningTasks, type TaskRun } from './running-tasks.ts';
import { TaskContext } from './task-context.ts';
import { TransitionLog } from './transition-log.ts';

export interface ConsumerDeps<Input, Returned> {
  readonly runner: TaskRunner<Input, Returned>;
  readonly redis: RedisClient;
  readonly liveness: Liveness;
  readonly metrics: WorkerMetrics;
  readonly idle: IdleWatch;
  readonly log: Logger;
  readonly config: RedisSettings & Pick<WorkerConfig, 'WORKER_CONCURRENCY'>;
}

/** A run of a task with valid data. */
interface ValidRun<Input> {
  readonly run: TaskRun;
  readonly data: JobData;
  readonly input: Input;
}

type TaskJob<Returned> = Job<JobData, JobReturnValue<Returned>>;

/** Milliseconds that BullMQ gets after the last task to report its end to Redis and close its connection. */
const CLOSE_GRACE_MS = 1_000;

/** BullMQ's worker on the queue of tasks: runs tasks, and records their outcomes in logs, metrics and counters. */
export class Consumer<Input extends object, Returned> {
  readonly #type: JobType<Input>;
  /** Inputs of running tasks, for when they complete. */
  readonly #inputs = new WeakMap<Job, Input>();
  readonly #running = new RunningTasks();
  /** By the ids of the running tasks. */
  readonly #progress = new Map<string, ProgressReporter>();
  readonly #cancels: CancelListener;
  readonly #clock: RedisClock;
  readonly #counters: SharedCounters<CounterField>;
  readonly #deps: ConsumerDeps<Input, Returned>;
  readonly #transitions: TransitionLog<Input>;
  readonly #worker: QueueWorker<JobData, JobReturnValue<Returned>>;

  constructor(type: JobType<Input>, deps: ConsumerDeps<Input, Returned>) {
    this.#type = type;
    this.#deps = deps;
    const { redis, liveness, config, log } = deps;
    this.#cancels = new CancelListener(redis, this.#running, cancelChannel(config.QUEUE_PREFIX, type.name));
    this.#clock = new RedisClock(redis);
    this.#transitions = new TransitionLog(log, type, this.#clock);
    this.#counters = new SharedCounters(redis, countersKey(config.QUEUE_PREFIX));
    this.#worker = new QueueWorker(type.name, (job, token) => this.#consume(job, token), {
      connection: redis,
      liveness,
      clock: this.#clock,
      rejections: new RejectionLog(log.child({ redis: 'queue' })),
      loop: 'tasks',
      counterOf: endCounterOf,
      redis: queueRedis(config),
      prefix: config.QUEUE_PREFIX,
      concurrency: config.WORKER_CONCURRENCY,
      // A hand-over of a prioritized task wakes no idle worker, so each one polls, in seconds.
      drainDelay: 1,
    });
    this.#worker.on('error', queueErrorLogger(log));
    this.#worker.on('completed', (job, result) => {
      this.#completed(job, result);
    });
    this.#worker.on('failed', (job, error) => {
      if (job) this.#failed(job, error);
    });
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#running.interrupt(id, 'lock-lost');
    });
  }

  async ready(): Promise<void> {
    await this.#clock.synchronize();
    await this.#worker.waitUntilReady();
  }

  /** What it does now. */
  report(): Pick<WorkerReport, 'running' | 'last_fetch_age_seconds'> {
    const now = this.#clock.now();
    return {
      running: Array.from(this.#progress, ([id, { startedAt, percent }]) => ({
        request_id: id,
        age_seconds: Math.max(0, now - startedAt) / 1_000,
        progress: percent,
      })),
      last_fetch_age_seconds: Math.round(this.#worker.lastFetchAgeMs) / 1_000,
    };
  }

  /** Stops fetching and returns the running tasks to the queue; resolves when none is running. */
  async close(): Promise<void> {
    // In this order: BullMQ must be closing before a task ends, or it would fetch another.
    const closed = this.#worker.close();
    this.#running.handOver();
    // Waits for Redis if necessary: otherwise the tasks would continue only after their locks expire.
    await this.#running.idle();
    await Promise.race([closed, delay(CLOSE_GRACE_MS, undefined, { ref: false })]);
    await this.#endStuckConnection();
    await closed;
    this.#clock.close();
    this.#cancels.close();
  }

  /**
   * BullMQ waits for the `end` event of its blocking connection. Between two connection attempts, as while Redis is
   * unavailable, ioredis cancels the next attempt without that event, so this makes another attempt.
   */
  async #endStuckConnection(): Promise<void> {
    const client = await this.#worker.backend.blockingClient;
    if (client?.status !== 'reconnecting') return;
    await client.connect().catch(() => undefined);
    client.disconnect();
  }

  #consume(job: TaskJob<Returned>, token: string | undefined): Promise<JobReturnValue<Returned>> {
    return withConsumerSpan(
      () => describeRun(job, this.#type, this.#clock.now()),
      () => this.#run(job, token),
    );
  }

  async #run(job: TaskJob<Returned>, token: string | undefined): Promise<JobReturnValue<Returned>> {
    const run = this.#running.start(job.id ?? '');
    try {
      // Someone has deleted the record of the job; BullMQ has created one with only the attempts. It was no task.
      if (!job.name) job.opts.removeOnFail = true;
      if (!run.isOnlyRun) throw new Interruption('still-running');
      const data = parseJobData(job.data);
      const input = parseInput(this.#type.input, data);
      if (this.#hasExpired(job, data)) throw new Interruption('expired');
      this.#inputs.set(job, input);
      return await this.#work(job, { run, data, input });
    } catch (error) {
      // At most once: the job is fetched every second until a newer worker gets it.
      if (error instanceof NewerVersionError && job.attemptsStarted === 1) {
        this.#transitions.deferred(job);
      }
      throw await conclude(error, job, token);
    } finally {
      run.end();
    }
  }

  /** Only a task that no worker has started can expire. */
  #hasExpired(job: TaskJob<Returned>, { task, cancelledAt }: JobData): boolean {
    const { queueTimeoutSeconds } = task;
    if (queueTimeoutSeconds === undefined || cancelledAt !== undefined || job.attemptsStarted > 1)
      return false;
    return this.#clock.now() > startableFrom(job) + queueTimeoutSeconds * 1_000;
  }

  async #work(
    job: TaskJob<Returned>,
    { run, data, input }: ValidRun<Input>,
  ): Promise<JobReturnValue<Returned>> {
    const { metrics, idle } = this.#deps;
    const transitions = this.#transitions;
    const id = job.id ?? '';
    const now = this.#clock.now();
    const progress = new ProgressReporter(job, now, () => void this.#interruptIfCancelled(id));
    const timeLeft = progress.startedAt + data.task.timeoutSeconds * 1_000 - now;
    const onTimeout = () => {
      run.interrupt('timeout');
    };
    // The time may have been up before this run.
    if (timeLeft <= 0) onTimeout();
    const deadline = setTimeout(onTimeout, Math.max(timeLeft, 0));
    this.#progress.set(id, progress);
    idle.runStarted();
    metrics.runStarted(job.attemptsStarted === 1 ? (now - startableFrom(job)) / 1_000 : undefined);
    transitions.started(job, input);
    try {
      if (data.cancelledAt !== undefined) throw new Interruption('cancelled');
      if (run.interruption) throw run.interruption;
      const result = await this.#deps.runner.run(input, new TaskContext(job, run, progress));
      return { startedAt: progress.startedAt, result };
    } catch (thrown) {
      // Code that receives the signal may throw its own error: Node's timers throw one with the reason as its cause.
      const error: unknown = run.interruption ?? thrown;
      const kind = error instanceof Interruption ? error.kind : undefined;
      // The next run continues the timeout and the counts of this one. After a lost lock, it may have started already and
      // owns the record.
      if (kind === 'lock-lost') transitions.lost(job);
      else await progress.flush().catch(() => undefined);
      if (kind === 'hand-over') {
        metrics.taskHandedOver();
        transitions.handedOver(job);
      }
      throw error;
    } finally {
      clearTimeout(deadline);
      progress.stop();
      this.#progress.delete(id);
      metrics.runStopped();
      idle.runStopped();
    }
  }

  /** The cancel message can be lost, or arrive before this process has the task. */
  async #interruptIfCancelled(id: string): Promise<void> {
    const job = (await Job.fromId(this.#worker, id).catch(() => undefined)) as Job<JobData> | undefined;
    const stored = StoredTaskSchema.safeParse(job?.data).data;
    if (stored?.cancelledAt !== undefined) this.#running.interrupt(id, 'cancelled');
  }

  #completed(job: TaskJob<Returned>, value: JobReturnValue<Returned>): void {
    const { metrics, runner } = this.#deps;
    const input = this.#inputs.get(job);
    this.#transitions.completed(job, value, input);
    // Repairs are logged, and their runs measured, like those of tasks; only tasks are counted by outcome.
    if (job.name !== COMPUTE_JOB) return;
    metrics.taskCompleted((this.#clock.now() - value.startedAt) / 1_000);
    const counted = (input && runner.completed?.(input, value.result)) ?? {};
    for (const [name, by] of Object.entries(counted)) this.#counters.add(name as CounterField, by);
  }

  #failed(job: TaskJob<Returned>, error: Error): void {
    if (job.finishedOn === undefined) {
      this.#transitions.willRetry(job, error);
      return;
    }
    this.#transitions.endedWithoutResult(job, error);
    if (job.name !== COMPUTE_JOB) return;
    const status = isCancellation(error.message) ? 'cancelled' : 'failed';
    this.#deps.metrics.taskEndedWithoutResult(status);
  }
}
