import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls `attempt` until it succeeds, and returns its result. After `timeoutMs` it rejects with the last error. The
 * default is long: only a test that fails waits for it.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 20_000, intervalMs = 20 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(intervalMs);
  }
}
