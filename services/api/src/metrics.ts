import type { FinishedRequest } from '@primes/service-kit';
import { Counter, Histogram, type Registry } from 'prom-client';

const WEBHOOK_OUTCOMES = ['delivered', 'retried', 'dead'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

const REJECTION_REASONS = ['waiting', 'memory'] as const;

/** The metrics of the api. */
export class ApiMetrics {
  readonly #requests: Counter<'method' | 'endpoint' | 'status'>;
  readonly #requestDuration: Histogram<'method' | 'endpoint' | 'status'>;
  readonly #submissions: Counter<'status'>;
  readonly #rejections: Counter<'reason'>;
  readonly #webhooks: Counter<'outcome'>;

  /** @param prefix of the names of metrics */
  constructor(registry: Registry, prefix: string) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'api_requests_total',
      help: 'Requests by method, route and status',
      labelNames: ['method', 'endpoint', 'status'],
      registers,
    });
    this.#requestDuration = new Histogram({
      name: 'api_request_duration_seconds',
      help: 'Request duration from the first byte received to the last byte sent, including long-polls and streams',
      labelNames: ['method', 'endpoint', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    this.#submissions = new Counter({
      name: `${prefix}_task_submissions_total`,
      help: 'Tasks by outcome; the api counts submitted tasks (started) and those cancelled while they waited, the workers the others',
      labelNames: ['status'],
      registers,
    });
    for (const status of ['started', 'cancelled']) this.#submissions.inc({ status }, 0);
    this.#rejections = new Counter({
      name: `${prefix}_submissions_refused_total`,
      help: 'Submissions rejected by reason: too many waiting tasks, or Redis memory above the watermark',
      labelNames: ['reason'],
      registers,
    });
    for (const reason of REJECTION_REASONS) this.#rejections.inc({ reason }, 0);
    this.#webhooks = new Counter({
      name: `${prefix}_webhook_deliveries_total`,
      help: 'Webhook deliveries by outcome; dead letters are in the failed set of queue webhooks',
      labelNames: ['outcome'],
      registers,
    });
    // rate() misses the first event of a counter that does not exist before it.
    for (const outcome of WEBHOOK_OUTCOMES) this.#webhooks.inc({ outcome }, 0);
  }

  requestFinished({ method, endpoint, status, seconds }: FinishedRequest): void {
    const labels = { method, endpoint, status: String(status) };
    this.#requests.inc(labels);
    this.#requestDuration.observe(labels, seconds);
  }

  /** `started` is the name in the metric's contract: the tasks are only accepted, and wait. */
  tasksSubmitted(count: number): void {
    this.#submissions.inc({ status: 'started' }, count);
  }

  /** A waiting task was cancelled. */
  taskCancelled(): void {
    this.#submissions.inc({ status: 'cancelled' });
  }

  submissionRejected(reason: (typeof REJECTION_REASONS)[number]): void {
    this.#rejections.inc({ reason });
  }

  webhook(outcome: WebhookOutcome): void {
    this.#webhooks.inc({ outcome });
  }
}
