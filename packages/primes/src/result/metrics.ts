import { Counter, type Registry } from 'prom-client';

const UNREADABLE_REASONS = ['missing', 'corrupt'] as const;

/** The metrics of the job in the api. */
export class ResultMetrics {
  readonly #unreadable: Counter<'reason'>;

  constructor(registry: Registry) {
    this.#unreadable = new Counter({
      name: 'prime_store_unreadable_segments_total',
      help: 'Segments that a reader found missing or corrupt',
      labelNames: ['reason'],
      registers: [registry],
    });
    // rate() misses the first event of a counter that does not exist before it.
    for (const reason of UNREADABLE_REASONS) this.#unreadable.inc({ reason }, 0);
  }

  segmentUnreadable(reason: (typeof UNREADABLE_REASONS)[number]): void {
    this.#unreadable.inc({ reason });
  }
}
