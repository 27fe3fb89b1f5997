import type { Manifest, PrimeStore } from '@primes/prime-store';

/**
 * The last manifest that was read. A manifest loses segments only when they are missing or corrupt, and the repair reads
 * the current one. So a cached manifest that covers a task is valid. To read it takes 12 ms with a billion primes in the store.
 */
export class ManifestCache {
  readonly #store: Pick<PrimeStore, 'manifest'>;
  #last: Manifest | undefined;
  /** Number of connection losses. */
  #losses = 0;

  /** @param redis the connection of the store: without persistence, the store is empty after a restart */
  constructor(store: Pick<PrimeStore, 'manifest'>, redis: { on(event: 'close', lost: () => void): unknown }) {
    this.#store = store;
    redis.on('close', () => {
      this.#losses++;
      this.#last = undefined;
    });
  }

  /** The cached manifest if it covers the first `n` primes, otherwise the current one. */
  async covering(n: number): Promise<Manifest> {
    return this.#last?.covers(n) ? this.#last : this.newest();
  }

  /** Reads the current manifest. */
  async newest(): Promise<Manifest> {
    const losses = this.#losses;
    const manifest = await this.#store.manifest();
    // A manifest that was read before a connection loss is not cached.
    if (losses === this.#losses) this.#last = manifest;
    return manifest;
  }
}
