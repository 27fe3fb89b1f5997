import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls `attempt` until it succeeds, and returns its result. After `timeoutMs` (default 5,000) it rejects with the
 * last error.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 5_000, intervalMs = 20 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(intervalMs);
  }
}
