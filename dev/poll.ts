import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is yes; no answer within `timeoutMs` gives false. */
export async function poll(
  question: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs }: { timeoutMs: number; intervalMs: number },
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await question())) {
    if (Date.now() >= deadline) return false;
    await delay(intervalMs);
  }
  return true;
}
