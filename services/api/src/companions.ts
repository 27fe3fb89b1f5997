import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/**
 * Waits until each URL has returned success once, so that processes that start together (`npm start`) become ready
 * together.
 *
 * @returns a check that is true from then on
 */
export function waitForCompanions(urls: readonly string[], signal: AbortSignal): () => boolean {
  const missing = new Set(urls);
  for (const url of urls) {
    void (async () => {
      while (!signal.aborted && !(await answers(url))) await delay(POLL_MS);
      missing.delete(url);
    })();
  }
  return () => missing.size === 0;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
