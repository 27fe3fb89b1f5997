import { expect } from '@jest/globals';
import { eventually } from '@primes/testing';

/** Resolves once so much time has gone by since `start`: for what must not happen meanwhile. */
export function elapsed(start: number, ms: number): Promise<void> {
  return eventually(
    () => {
      expect(Date.now() - start).toBeGreaterThan(ms);
    },
    { timeoutMs: ms + 5_000, intervalMs: 500 },
  );
}
