import { expect } from '@jest/globals';
import { eventually } from '@primes/testing';

/** Waits until `ms` have passed since `start`, to observe that something does not happen. */
export function elapsed(start: number, ms: number): Promise<void> {
  return eventually(
    () => {
      expect(Date.now() - start).toBeGreaterThan(ms);
    },
    { timeoutMs: ms + 5_000, intervalMs: 500 },
  );
}
