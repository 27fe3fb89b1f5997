import type { Manifest, PrimeStore } from '@primes/prime-store';
import { resendIfCut } from './resend.ts';

/**
 * The last manifest that was read. A manifest only grows, but for damage, which a repair job mends with
 * a new reading: so an old one that covers a task saves reading some 10 KB from Redis for each.
 */
export class ManifestCache {
  readonly #store: Pick<PrimeStore, 'manifest'>;
  #last: Manifest | undefined;
  /** How often the connection was lost so far. */
  #losses = 0;

  /** `redis` is the store's connection: a store that keeps nothing on disk is empty when it comes back. */
  constructor(store: Pick<PrimeStore, 'manifest'>, redis: { on(event: 'close', lost: () => void): unknown }) {
    this.#store = store;
    redis.on('close', () => {
      this.#losses++;
      this.#last = undefined;
    });
  }

  /** A manifest that covers the first `n` primes, or the newest one. */
  async covering(n: number): Promise<Manifest> {
    return this.#last?.covers(n) ? this.#last : this.newest();
  }

  async newest(): Promise<Manifest> {
    const losses = this.#losses;
    const manifest = await resendIfCut(() => this.#store.manifest());
    // What was read from the server before is not remembered of the one after.
    if (losses === this.#losses) this.#last = manifest;
    return manifest;
  }
}
