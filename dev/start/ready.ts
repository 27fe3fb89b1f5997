import { poll } from '../poll.ts';
import { Refusal } from '../refusal.ts';
import type { Services } from './services.ts';

const READY_MS = 60_000;
const INTERVAL_MS = 50;

/**
 * Waits until all services want traffic. One after the other, so that the api, which waits for the others,
 * is asked last and has few questions to log.
 *
 * @throws {Refusal} naming one that does not within READY_MS
 */
export async function untilReady({ worker, gateway, api }: Services): Promise<void> {
  for (const { name, url } of [worker, gateway, api]) {
    const ready = await poll(() => isReady(url), { timeoutMs: READY_MS, intervalMs: INTERVAL_MS });
    if (!ready) throw new Refusal(`${name} is not ready after ${READY_MS / 1_000} s: see ${url}/readyz`);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
