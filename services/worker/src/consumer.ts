import { setTimeout as delay } from 'node:timers/promises';
import {
  CANCELLED,
  COMPUTE_JOB,
  StoredTaskSchema,
  TASK_QUEUE,
  countersKey,
  type CounterField,
  type JobData,
  type JobResult,
} from '@primes/contracts';
import { SharedCounters, consuming, logUnlessAway, type Logger } from '@primes/service-kit';
import { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { CancelListener } from './cancel-listener.ts';
import { conclude } from './conclude.ts';
import type { WorkerConfig } from './config.ts';
import type { IdleWatch } from './idle-watch.ts';
import { Interruption } from './interruption.ts';
import { NewerVersionError, parseJobData } from './job-data.ts';
import type { WorkerMetrics } from './metrics.ts';
import { processJob, type ProcessDeps } from './process-job.ts';
import { ProgressReporter } from './progress.ts';
import { describeRun } from './run-span.ts';
import { RunningTasks } from './running-tasks.ts';
import type { TransitionLog } from './transition-log.ts';

export interface ConsumerDeps extends ProcessDeps {
  readonly redis: Redis;
  readonly metrics: WorkerMetrics;
  readonly transitions: TransitionLog;
  readonly idle: IdleWatch;
  readonly log: Logger;
  readonly config: Pick<WorkerConfig, 'QUEUE_PREFIX' | 'WORKER_CONCURRENCY'>;
}

/** After the end of the last task: what BullMQ needs to tell Redis of it, and to close its connection. */
const CLOSE_GRACE_MS = 1_000;

type TaskJob = Job<JobData, JobResult>;

/** BullMQ's worker on queue `primes`: takes tasks, and tells logs, metrics and counters how they end. */
export class Consumer {
  readonly #running = new RunningTasks();
  readonly #cancels: CancelListener;
  readonly #counters: SharedCounters<CounterField>;
  readonly #deps: ConsumerDeps;
  readonly #worker: Worker<JobData, JobResult>;

  constructor(deps: ConsumerDeps) {
    this.#deps = deps;
    const { redis, config, log } = deps;
    this.#cancels = new CancelListener(redis, this.#running, config.QUEUE_PREFIX);
    this.#counters = new SharedCounters(redis, countersKey(config.QUEUE_PREFIX));
    this.#worker = new Worker(TASK_QUEUE, (job, token) => this.#consume(job, token), {
      connection: redis,
      prefix: config.QUEUE_PREFIX,
      concurrency: config.WORKER_CONCURRENCY,
      // The event loop never stalls (the sieve has threads), so a dead worker is told from a busy one
      // soon: its tasks are elsewhere after 8 to 20 s, where BullMQ's defaults take 15 to 60. BullMQ now and
      // then leaves a check out (3 of 122 measured: its timer races the key that spaces them): 25 s then.
      lockDuration: 15_000,
      stalledInterval: 5_000,
      // A task may lose this many workers; BullMQ's default of 1 fails one that was killed twice.
      maxStalledCount: 10,
      // A prioritized task that is handed over wakes no idle worker: each looks by itself, in seconds.
      drainDelay: 1,
    });
    this.#worker.on('error', logUnlessAway(log));
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
    await this.#worker.waitUntilReady();
  }

  /** Takes no more tasks and gives the running ones back; resolves when none is left. */
  async close(): Promise<void> {
    // In this order: BullMQ must know that it is closing before a task ends, or it would fetch another.
    const closed = this.#worker.close();
    this.#running.handOver();
    // A task that is to be given back is worth waiting for Redis.
    await this.#running.idle();
    await Promise.race([closed, delay(CLOSE_GRACE_MS, undefined, { ref: false })]);
    await this.#endStuckConnection();
    await closed;
    this.#cancels.close();
  }

  /**
   * BullMQ waits for the end of its blocking connection. When that is between two tries, as while Redis is
   * away, ioredis gives up the next one and tells of no end: so it is made to try once more.
   */
  async #endStuckConnection(): Promise<void> {
    const client = await this.#worker.backend.blockingClient;
    if (client?.status !== 'reconnecting') return;
    await client.connect().catch(() => undefined);
    client.disconnect();
  }

  #consume(job: TaskJob, token: string | undefined): Promise<JobResult> {
    return consuming(
      () => describeRun(job),
      () => this.#run(job, token),
    );
  }

  async #run(job: TaskJob, token: string | undefined): Promise<JobResult> {
    const run = this.#running.start(job.id ?? '');
    try {
      if (!run.isOnlyOne) throw new Interruption('still-running');
      return await this.#work(job, parseJobData(job.data), run.signal);
    } catch (error) {
      // Once: it comes by every second until a newer worker takes it.
      if (error instanceof NewerVersionError && job.attemptsStarted === 1) {
        this.#deps.transitions.leftToNewerWorker(job);
      }
      throw await conclude(error, job, token);
    } finally {
      run.end();
    }
  }

  async #work(job: TaskJob, data: JobData, signal: AbortSignal): Promise<JobResult> {
    const { metrics, transitions, idle } = this.#deps;
    const id = job.id ?? '';
    const progress = new ProgressReporter(job, () => void this.#interruptIfCancelled(id));
    const timeLeft = progress.startedAt + data.task.timeoutSeconds * 1_000 - Date.now();
    const outOfTime = () => {
      this.#running.interrupt(id, 'timeout');
    };
    // It may have had all its time before it came here.
    if (timeLeft <= 0) outOfTime();
    const deadline = setTimeout(outOfTime, Math.max(timeLeft, 0));
    idle.taskStarted();
    metrics.taskStarted(job.attemptsStarted === 1 ? (Date.now() - job.timestamp) / 1_000 : undefined);
    transitions.started(job);
    try {
      return await processJob(data, this.#deps, { id, name: job.name, progress, signal });
    } catch (error) {
      const kind = error instanceof Interruption ? error.kind : undefined;
      // The next run counts its timeout from the same start, and knows what this one has sieved.
      // After a lost lock that run may be going on already, and the record is its own.
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
      metrics.taskLeft();
      idle.taskLeft();
    }
  }

  /** The announcement of a cancel can be lost, or come before this process knows that it has the task. */
  async #interruptIfCancelled(id: string): Promise<void> {
    const job = (await Job.fromId(this.#worker, id).catch(() => undefined)) as TaskJob | undefined;
    const stored = StoredTaskSchema.safeParse(job?.data).data;
    if (stored?.cancelledAt !== undefined) this.#running.interrupt(id, 'cancelled');
  }

  #completed(job: TaskJob, result: JobResult): void {
    const seconds = (Date.now() - result.startedAt) / 1_000;
    this.#deps.transitions.completed(job, result, seconds);
    if (job.name !== COMPUTE_JOB) return;
    const { fresh } = job.data.task;
    this.#deps.metrics.taskCompleted(result, { fresh, seconds });
    this.#counters.add('completed');
    if (fresh) return;
    this.#counters.add('cache_hits', result.segmentsCached);
    this.#counters.add('cache_misses', result.segmentsComputed);
  }

  #failed(job: TaskJob, error: Error): void {
    if (job.finishedOn === undefined) {
      this.#deps.transitions.willRetry(job, error);
      return;
    }
    this.#deps.transitions.ended(job, error);
    if (job.name !== COMPUTE_JOB) return;
    const status = error.message === CANCELLED ? 'cancelled' : 'failed';
    this.#deps.metrics.taskEnded(status);
    this.#counters.add(status);
  }
}
