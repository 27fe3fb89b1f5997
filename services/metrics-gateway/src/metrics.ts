import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { demandOf } from './demand.ts';
import type { Samplers } from './samplers.ts';
import type { SamplerObserver } from './samples/sampler.ts';

const SCALER_RESULTS = ['ok', 'unavailable', 'invalid', 'error'] as const;
export type ScalerResult = (typeof SCALER_RESULTS)[number];

const SCALER_CALLS = ['IsActive', 'StreamIsActive', 'GetMetricSpec', 'GetMetrics'];

/** All replicas of the gateway see one queue, so their gauges of it must not be added up. */
const SEEN_BY_ALL = { aggregator: 'max' } as const;

/** The instruments of the gateway, recorded by intention. */
export class GatewayMetrics implements SamplerObserver {
  readonly #registry: Registry;
  readonly #sampleDuration: Histogram<'sample'>;
  readonly #sampleFailures: Counter<'sample'>;
  readonly #scalerRequests: Counter<'rpc' | 'result'>;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#sampleDuration = new Histogram({
      name: 'prime_sample_duration_seconds',
      help: 'How long it took to take a sample, by what was sampled',
      labelNames: ['sample'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.#sampleFailures = new Counter({
      name: 'prime_sample_failures_total',
      help: 'Samples that could not be taken, by what was sampled',
      labelNames: ['sample'],
      registers,
    });
    this.#scalerRequests = new Counter({
      name: 'prime_scaler_requests_total',
      help: 'Answers to KEDA, by call and outcome; `unavailable` is a scaler that does not know, or not yet',
      labelNames: ['rpc', 'result'],
      registers,
    });
    // A counter that comes into being with its first event hides that event from rate().
    for (const rpc of SCALER_CALLS) {
      for (const result of SCALER_RESULTS) this.#scalerRequests.inc({ rpc, result }, 0);
    }
  }

  /** How many workers the autoscaler may start; 0: not known, and not shown. */
  workersMax(replicas: number): void {
    if (replicas === 0) return;
    const help = 'How many workers the autoscaler may start';
    new Gauge({ name: 'prime_workers_max', help, ...SEEN_BY_ALL, registers: [this.#registry] }).set(replicas);
  }

  sampleTaken(sample: string, seconds: number): void {
    this.#sampleDuration.observe({ sample }, seconds);
  }

  sampleFailed(sample: string): void {
    this.#sampleFailures.inc({ sample });
  }

  scalerAnswered(rpc: string, result: ScalerResult): void {
    this.#scalerRequests.inc({ rpc, result });
  }

  /** Shows the samples as gauges. One that is stale shows none: an old number would look like a new one. */
  show({ queue, webhooks, store, redis, registries, prometheus }: Samplers): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'prime_queue_jobs',
      help: 'Tasks in the queue by state; due_delayed is the part of delayed whose time has come',
      labelNames: ['state'],
      ...SEEN_BY_ALL,
      registers,
      collect() {
        this.reset();
        const sample = queue.fresh();
        if (!sample) return;
        const { dueDelayed, ...counts } = sample.value.counts;
        for (const [state, jobs] of Object.entries({ ...counts, due_delayed: dueDelayed })) {
          this.set({ state }, jobs);
        }
      },
    });
    new Gauge({
      name: 'prime_webhook_jobs',
      help: 'Webhooks by state; failed ones are the dead letters of a week',
      labelNames: ['state'],
      ...SEEN_BY_ALL,
      registers,
      collect() {
        this.reset();
        const counts = webhooks.fresh()?.value ?? {};
        for (const [state, jobs] of Object.entries(counts)) this.set({ state }, jobs);
      },
    });
    const single = (name: string, help: string, read: () => number | undefined) =>
      new Gauge({
        name,
        help,
        ...SEEN_BY_ALL,
        registers,
        collect() {
          const value = read();
          if (value === undefined) this.remove();
          else this.set(value);
        },
      });
    single(
      'prime_queue_oldest_waiting_seconds',
      'Age of the task that is next in line; 0 when none waits',
      () => queue.fresh()?.value.oldestWaitingSeconds,
    );
    single('prime_queue_demand', 'Tasks that a worker could take now; 0 while the queue is paused', () => {
      const sample = queue.fresh();
      return sample && demandOf(sample.value).demand;
    });
    single('prime_queue_paused', '1 while the queue is paused', () => {
      const sample = queue.fresh();
      return sample && Number(sample.value.paused);
    });
    new Gauge({
      name: 'prime_sample_age_seconds',
      help: 'Since the start of the last sample that succeeded, by what was sampled',
      labelNames: ['sample'],
      ...SEEN_BY_ALL,
      registers,
      collect() {
        for (const sampler of [queue, webhooks, store, redis, registries, prometheus]) {
          const sample = sampler?.latest();
          if (sampler && sample) this.set({ sample: sampler.name }, sample.ageSeconds);
        }
      },
    });
  }
}
