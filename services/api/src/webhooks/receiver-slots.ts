/** Minimum milliseconds by which a delivery without a slot is delayed. */
const MIN_DELAY_MS = 100;
/** Milliseconds between the retries of delayed deliveries to one receiver: 50 a second, however many wait. */
const RETRY_INTERVAL_MS = 20;

interface Receiver {
  held: number;
  /** Milliseconds since the epoch: when the last delayed delivery retries. */
  lastRetry: number;
}

/**
 * Shares the concurrent deliveries among receivers: each may hold as many slots as are free. So one unresponsive receiver
 * holds half of them, two a third each, and there is always a slot for another.
 */
export class ReceiverSlots {
  readonly #receivers = new Map<string, Receiver>();
  #free: number;

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Takes a slot, or says when to try again, in milliseconds since the epoch. */
  take(host: string): { readonly release: () => void } | { readonly retryAt: number } {
    const receiver = this.#receivers.get(host) ?? { held: 0, lastRetry: 0 };
    if (receiver.held >= this.#free) {
      receiver.lastRetry = Math.max(Date.now() + MIN_DELAY_MS, receiver.lastRetry + RETRY_INTERVAL_MS);
      return { retryAt: receiver.lastRetry };
    }
    this.#receivers.set(host, receiver);
    receiver.held++;
    this.#free--;
    const release = () => {
      this.#free++;
      receiver.held--;
      if (receiver.held === 0) this.#receivers.delete(host);
    };
    return { release };
  }
}
