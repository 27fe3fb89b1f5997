import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The metrics of the worker. */
export class WorkerMetrics {
  readonly #submissions: Counter<'status'>;
  readonly #duration: Histogram;
  readonly #wait: Histogram;
  readonly #active: Gauge;
  readonly #handedOver: Counter;

  /** @param prefix the prefix of metric names */
  constructor(registry: Registry, prefix: string) {
    const registers = [registry];
    this.#submissions = new Counter({
      name: `${prefix}_task_submissions_total`,
      help: 'Tasks by outcome; the api counts submitted tasks (started) and those cancelled while they waited, the workers the others',
      labelNames: ['status'],
      registers,
    });
    for (const status of ['completed', 'failed', 'cancelled']) this.#submissions.inc({ status }, 0);
    this.#duration = new Histogram({
      name: `${prefix}_task_duration_seconds`,
      help: 'Task duration from the first start to the end, including retries and hand-overs',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
      registers,
    });
    this.#wait = new Histogram({
      name: `${prefix}_task_wait_seconds`,
      help: 'Time from submission, or from run_at, to the first start of a task',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
      registers,
    });
    this.#active = new Gauge({
      name: `${prefix}_active_computations`,
      help: 'Running tasks',
      registers,
    });
    this.#handedOver = new Counter({
      name: `${prefix}_tasks_handed_over_total`,
      help: 'Running tasks returned to the queue at shutdown',
      registers,
    });
  }

  /** @param waitSeconds of the first run of a task */
  runStarted(waitSeconds: number | undefined): void {
    this.#active.inc();
    if (waitSeconds !== undefined) this.#wait.observe(waitSeconds);
  }

  /** A run has stopped, for any reason. */
  runStopped(): void {
    this.#active.dec();
  }

  taskHandedOver(): void {
    this.#handedOver.inc();
  }

  taskCompleted(seconds: number): void {
    this.#submissions.inc({ status: 'completed' });
    this.#duration.observe(seconds);
  }

  taskEndedWithoutResult(status: 'failed' | 'cancelled'): void {
    this.#submissions.inc({ status });
  }
}
