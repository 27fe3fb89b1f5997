import { Counter, type Registry } from 'prom-client';

/** The metrics of the job in the worker. */
export class RunMetrics {
  readonly #numbers: Counter<'source'>;
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #sieved: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#numbers = new Counter({
      name: 'prime_numbers_computed_total',
      help: 'Primes by source: computed or cached',
      labelNames: ['source'],
      registers,
    });
    for (const source of ['computed', 'cached']) this.#numbers.inc({ source }, 0);
    this.#hits = new Counter({
      name: 'prime_cache_hits_total',
      help: 'Segments of tasks that were in the store',
      registers,
    });
    this.#misses = new Counter({
      name: 'prime_cache_misses_total',
      help: 'Segments of tasks that had to be computed',
      registers,
    });
    this.#sieved = new Counter({
      name: 'prime_segments_sieved_total',
      help: 'Sieved and stored segments, including those of fresh tasks and repairs',
      registers,
    });
  }

  segmentSieved(primes: number): void {
    this.#sieved.inc();
    this.#numbers.inc({ source: 'computed' }, primes);
  }

  primesFromCache(primes: number): void {
    this.#numbers.inc({ source: 'cached' }, primes);
  }

  segmentsFound({ hits, misses }: { hits: number; misses: number }): void {
    this.#hits.inc(hits);
    this.#misses.inc(misses);
  }
}
