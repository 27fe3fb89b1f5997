import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls `attempt` until it neither throws nor rejects, and gives back what it returned.
 * After `timeoutMs` (default 5,000) it rejects with the last failure.
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
