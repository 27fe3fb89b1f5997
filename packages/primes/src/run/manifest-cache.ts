import type { Manifest, PrimeStore } from '@primes/prime-store';
import { retryWhileUnavailable, type RejectionLog } from '@primes/service-kit';

/**
 * The last manifest that was read. A manifest loses segments only when they are missing or corrupt, and the repair reads
 * the current one. So a cached manifest that covers a task is valid, and saves reading some 10 KB from Redis.
 */
export class ManifestCache {
  readonly #store: Pick<PrimeStore, 'manifest'>;
  readonly #rejections: RejectionLog;
  #last: Manifest | undefined;
  /** Number of connection losses. */
  #losses = 0;

  /** @param redis the connection of the store: without persistence, the store is empty after a restart */
  constructor(
    store: Pick<PrimeStore, 'manifest'>,
    redis: { on(event: 'close', lost: () => void): unknown },
    rejections: RejectionLog,
  ) {
    this.#store = store;
    this.#rejections = rejections;
    redis.on('close', () => {
      this.#losses++;
      this.#last = undefined;
    });
  }

  /** The cached manifest if it covers the first `n` primes, otherwise the current one. */
  async covering(n: number, context: { readonly signal: AbortSignal }): Promise<Manifest> {
    return this.#last?.covers(n) ? this.#last : this.newest(context);
  }

  /** Reads the current manifest; waits while the store is unavailable, until `signal` is aborted. */
  async newest({ signal }: { readonly signal: AbortSignal }): Promise<Manifest> {
    const losses = this.#losses;
    const manifest = await retryWhileUnavailable(() => this.#store.manifest(), {
      rejections: this.#rejections,
      operation: 'manifest',
      signal,
    });
    // A manifest that was read before a connection loss is not cached.
    if (losses === this.#losses) this.#last = manifest;
    return manifest;
  }
}
