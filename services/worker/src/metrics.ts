import type { JobResult } from '@primes/contracts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** All instruments of the worker, recorded by intention. */
export class WorkerMetrics {
  readonly #submissions: Counter<'status'>;
  readonly #duration: Histogram;
  readonly #wait: Histogram;
  readonly #numbers: Counter<'source'>;
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #active: Gauge;
  readonly #sieved: Counter;
  readonly #handedOver: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#submissions = new Counter({
      name: 'prime_task_submissions_total',
      help: 'Tasks by what became of them; the api counts started, the workers the rest',
      labelNames: ['status'],
      registers,
    });
    for (const status of ['completed', 'failed', 'cancelled']) this.#submissions.inc({ status }, 0);
    this.#duration = new Histogram({
      name: 'prime_task_duration_seconds',
      help: 'From the first start of work to the end, over retries and hand-overs',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
      registers,
    });
    this.#wait = new Histogram({
      name: 'prime_task_wait_seconds',
      help: 'From the submission to the first start of work',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
      registers,
    });
    this.#numbers = new Counter({
      name: 'prime_numbers_computed_total',
      help: 'Primes of ended tasks by where they came from',
      labelNames: ['source'],
      registers,
    });
    for (const source of ['computed', 'cached']) this.#numbers.inc({ source }, 0);
    this.#hits = new Counter({
      name: 'prime_cache_hits_total',
      help: 'Segments that a task needed and the store had',
      registers,
    });
    this.#misses = new Counter({
      name: 'prime_cache_misses_total',
      help: 'Segments that a task needed and had to compute',
      registers,
    });
    this.#active = new Gauge({ name: 'prime_active_computations', help: 'Tasks being worked on', registers });
    this.#sieved = new Counter({
      name: 'prime_segments_sieved_total',
      help: 'Segments sieved and stored, those of fresh tasks and repairs included',
      registers,
    });
    this.#handedOver = new Counter({
      name: 'prime_tasks_handed_over_total',
      help: 'Running tasks given back to the queue because this worker stops',
      registers,
    });
  }

  taskStarted(waitSeconds: number | undefined): void {
    this.#active.inc();
    if (waitSeconds !== undefined) this.#wait.observe(waitSeconds);
  }

  /** The worker has no more to do with the task, for whatever reason. */
  taskLeft(): void {
    this.#active.dec();
  }

  taskHandedOver(): void {
    this.#handedOver.inc();
  }

  segmentSieved(primes: number): void {
    this.#sieved.inc();
    this.#numbers.inc({ source: 'computed' }, primes);
  }

  taskCompleted(result: JobResult, { fresh, seconds }: { fresh: boolean; seconds: number }): void {
    this.#submissions.inc({ status: 'completed' });
    this.#duration.observe(seconds);
    if (fresh) return;
    this.#hits.inc(result.segmentsCached);
    this.#misses.inc(result.segmentsComputed);
  }

  primesFromCache(primes: number): void {
    this.#numbers.inc({ source: 'cached' }, primes);
  }

  taskEnded(status: 'failed' | 'cancelled'): void {
    this.#submissions.inc({ status });
  }
}
