import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { GatewayConfig } from './config.ts';
import { demandOf } from './demand.ts';
import type { Samplers } from './samplers.ts';
import type { SamplerObserver } from './samples/sampler.ts';

const SCALER_RESULTS = ['ok', 'unavailable', 'invalid', 'error'] as const;
export type ScalerResult = (typeof SCALER_RESULTS)[number];

const SCALER_CALLS = ['IsActive', 'StreamIsActive', 'GetMetricSpec', 'GetMetrics'];

export type AutoscalerConfig = Pick<
  GatewayConfig,
  'WORKER_MAX_REPLICAS' | 'SCALING_TARGET' | 'SCALING_TRIGGER'
>;

/** All replicas of the gateway sample the same queue, so its gauges must not be summed. */
const SHARED = { aggregator: 'max' } as const;

/** The metrics of the gateway. */
export class GatewayMetrics implements SamplerObserver {
  readonly #registry: Registry;
  readonly #prefix: string;
  readonly #sampleDuration: Histogram<'sample'>;
  readonly #sampleFailures: Counter<'sample'>;
  readonly #scalerRequests: Counter<'rpc' | 'result'>;

  /** @param prefix the prefix of metric names */
  constructor(registry: Registry, prefix: string) {
    this.#registry = registry;
    this.#prefix = prefix;
    const registers = [registry];
    this.#sampleDuration = new Histogram({
      name: `${prefix}_sample_duration_seconds`,
      help: 'Duration of a sample, by sample',
      labelNames: ['sample'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.#sampleFailures = new Counter({
      name: `${prefix}_sample_failures_total`,
      help: 'Failed samples, by sample',
      labelNames: ['sample'],
      registers,
    });
    this.#scalerRequests = new Counter({
      name: `${prefix}_scaler_requests_total`,
      help: 'Responses to KEDA by call and result; `unavailable` means no fresh sample, or settling',
      labelNames: ['rpc', 'result'],
      registers,
    });
    // rate() misses the first event of a counter that does not exist before it.
    for (const rpc of SCALER_CALLS) {
      for (const result of SCALER_RESULTS) this.#scalerRequests.inc({ rpc, result }, 0);
    }
  }

  /** Exports the settings of the autoscaler, for alerts; 0: unknown, and not exported. */
  autoscaler(config: AutoscalerConfig): void {
    const prefix = this.#prefix;
    const registers = [this.#registry];
    if (config.WORKER_MAX_REPLICAS > 0) {
      const help = 'Maximum number of workers of the autoscaler';
      new Gauge({ name: `${prefix}_workers_max`, help, ...SHARED, registers }).set(
        config.WORKER_MAX_REPLICAS,
      );
    }
    if (config.SCALING_TARGET > 0) {
      new Gauge({
        name: `${prefix}_scaling_target_tasks`,
        help: 'Tasks for each worker that KEDA aims at, by what it asks',
        labelNames: ['trigger'],
        ...SHARED,
        registers,
      }).set({ trigger: config.SCALING_TRIGGER }, config.SCALING_TARGET);
    }
  }

  sampleTaken(sample: string, seconds: number): void {
    this.#sampleDuration.observe({ sample }, seconds);
    this.#sampleFailures.inc({ sample }, 0);
  }

  sampleFailed(sample: string): void {
    this.#sampleFailures.inc({ sample });
  }

  scalerAnswered(rpc: string, result: ScalerResult): void {
    this.#scalerRequests.inc({ rpc, result });
  }

  /** Exports the samples as gauges. A stale sample exports nothing, because its numbers would look current. */
  show({ queue, webhooks, job, redis, registries, history, prometheus }: Samplers): void {
    const registers = [this.#registry];
    const prefix = this.#prefix;
    new Gauge({
      name: `${prefix}_queue_jobs`,
      help: 'Tasks in the queue by state; due_delayed is the part of delayed that is due',
      labelNames: ['state'],
      ...SHARED,
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
      name: `${prefix}_webhook_jobs`,
      help: 'Webhooks by state; failed ones are the dead letters of the last week',
      labelNames: ['state'],
      ...SHARED,
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
        ...SHARED,
        registers,
        collect() {
          const value = read();
          if (value === undefined) this.remove();
          else this.set(value);
        },
      });
    single(
      `${prefix}_queue_oldest_waiting_seconds`,
      'Age of the next task; 0 if none waits',
      () => queue.fresh()?.value.oldestWaitingSeconds,
    );
    single(
      `${prefix}_queue_demand`,
      'Tasks that a worker could fetch now; 0 while the queue is paused',
      () => {
        const sample = queue.fresh();
        return sample && demandOf(sample.value).demand;
      },
    );
    single(`${prefix}_queue_paused`, '1 while the queue is paused', () => {
      const sample = queue.fresh();
      return sample && Number(sample.value.paused);
    });
    single(
      `${prefix}_redis_memory_used_bytes`,
      "Used memory of the queue's Redis",
      () => redis.fresh()?.value.used_memory,
    );
    single(
      `${prefix}_redis_memory_max_bytes`,
      "maxmemory of the queue's Redis; absent if there is none",
      () => redis.fresh()?.value.maxmemory || undefined,
    );
    new Gauge({
      name: `${prefix}_sample_age_seconds`,
      help: 'Age of the last successful sample, by sample',
      labelNames: ['sample'],
      ...SHARED,
      registers,
      collect() {
        for (const sampler of [queue, webhooks, job, redis, registries, history, prometheus]) {
          const sample = sampler?.latest();
          if (sampler && sample) this.set({ sample: sampler.name }, sample.ageSeconds);
        }
      },
    });
  }
}
