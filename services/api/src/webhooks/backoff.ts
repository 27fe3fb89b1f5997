import type { BackoffStrategy } from 'bullmq';
import type { ReceiverResponse } from './send.ts';

/** The name of the backoff in the job options. */
export const WEBHOOK_BACKOFF = 'webhook';
/** Spreads retries, so that a recovered receiver does not get them all at once. */
const JITTER = 0.2;

/** The receiver did not accept a delivery. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly retryAfterMs: number;

  constructor({ status, retryAfterMs = 0 }: ReceiverResponse) {
    super(`Expected status 2xx from the receiver, received ${status}`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Doubles the delay after each attempt; at least the receiver's Retry-After. */
export function webhookBackoff(firstMs: number): BackoffStrategy {
  return (attemptsMade, _type, error) => {
    const maxDelay = 2 ** (attemptsMade - 1) * firstMs;
    const retryAfter = error instanceof DeliveryError ? error.retryAfterMs : 0;
    return Math.max(Math.round(maxDelay * (1 - JITTER * Math.random())), retryAfter);
  };
}
