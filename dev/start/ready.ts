import { eventually } from '@primes/testing';
import { CliError } from '../cli-error.ts';
import type { Services } from './services.ts';

const READY_MS = 60_000;
const INTERVAL_MS = 50;

/**
 * Waits until all services are ready. Polls the api last because it waits for the others, so that it logs few
 * requests.
 *
 * @throws {CliError} for the first service that is not ready after READY_MS
 */
export async function untilReady({ worker, gateway, api }: Services): Promise<void> {
  for (const { name, url } of [worker, gateway, api]) {
    await eventually(
      async () => {
        const { ok, status } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
        if (!ok) throw new Error(`${url}/readyz returns ${status}`);
      },
      { timeoutMs: READY_MS, intervalMs: INTERVAL_MS },
    ).catch((cause: unknown) => {
      const message = `${name} is not ready after ${READY_MS / 1_000} s: see ${url}/readyz`;
      throw new CliError(message, { cause });
    });
  }
}
