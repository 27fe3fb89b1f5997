import type { FinishedRequest } from '@primes/service-kit';
import { Counter, Histogram, type Registry } from 'prom-client';

const WEBHOOK_OUTCOMES = ['delivered', 'retried', 'dead'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

const UNREADABLE_REASONS = ['missing', 'corrupt'] as const;

/** All instruments of the api, recorded by intention. */
export class ApiMetrics {
  readonly #requests: Counter<'method' | 'endpoint' | 'status'>;
  readonly #requestDuration: Histogram<'method' | 'endpoint' | 'status'>;
  readonly #submissions: Counter<'status'>;
  readonly #webhooks: Counter<'outcome'>;
  readonly #unreadable: Counter<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'api_requests_total',
      help: 'Requests by method, route and status',
      labelNames: ['method', 'endpoint', 'status'],
      registers,
    });
    this.#requestDuration = new Histogram({
      name: 'api_request_duration_seconds',
      help: 'From the first byte in to the last byte out, long-polls and streams included',
      labelNames: ['method', 'endpoint', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    this.#submissions = new Counter({
      name: 'prime_task_submissions_total',
      help: 'Tasks by what became of them; the api counts started, the workers the rest',
      labelNames: ['status'],
      registers,
    });
    this.#submissions.inc({ status: 'started' }, 0);
    this.#webhooks = new Counter({
      name: 'prime_webhook_deliveries_total',
      help: 'Deliveries by outcome; dead ones are in the failed set of queue webhooks',
      labelNames: ['outcome'],
      registers,
    });
    this.#unreadable = new Counter({
      name: 'prime_store_unreadable_segments_total',
      help: 'Segments that a reader found missing or with a wrong checksum',
      labelNames: ['reason'],
      registers,
    });
    // A counter that comes into being with its first event hides that event from rate().
    for (const outcome of WEBHOOK_OUTCOMES) this.#webhooks.inc({ outcome }, 0);
    for (const reason of UNREADABLE_REASONS) this.#unreadable.inc({ reason }, 0);
  }

  requestFinished({ method, endpoint, status, seconds }: FinishedRequest): void {
    const labels = { method, endpoint, status: String(status) };
    this.#requests.inc(labels);
    this.#requestDuration.observe(labels, seconds);
  }

  taskStarted(): void {
    this.#submissions.inc({ status: 'started' });
  }

  webhook(outcome: WebhookOutcome): void {
    this.#webhooks.inc({ outcome });
  }

  segmentUnreadable(reason: (typeof UNREADABLE_REASONS)[number]): void {
    this.#unreadable.inc({ reason });
  }
}
