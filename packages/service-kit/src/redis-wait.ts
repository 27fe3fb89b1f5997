import { setTimeout as delay } from 'node:timers/promises';
import { checkRedis, isRedisUnavailable } from './redis.ts';

const INTERVAL_MS = 250;

export interface WaitOptions {
  /** How long one answer is waited for. */
  readonly timeoutMs: number;
  /** How long Redis may stay away in all. */
  readonly waitMs: number;
  readonly log: Record<'warn' | 'info', (fields: object, message: string) => void>;
  /** Ends the waiting, by an error. */
  readonly signal: AbortSignal;
  /** Opened only if there is something to wait for, and closed after it. */
  readonly meanwhile: () => Promise<AsyncDisposable>;
}

/**
 * Waits until every Redis answers, since what is started together seldom is there together.
 * What waiting cannot mend, a wrong password or an old version, fails at once.
 *
 * @throws {Error} one line that names the address and what is wrong
 */
export async function waitForRedis(urls: readonly string[], options: WaitOptions): Promise<void> {
  const { timeoutMs, waitMs, log, signal, meanwhile } = options;
  const start = Date.now();
  let away = await firstAway(urls, timeoutMs);
  if (!away) return;
  log.warn({ reason: away.message, wait_ms: waitMs }, 'waiting for redis');
  await using open = new AsyncDisposableStack();
  open.use(await meanwhile());
  while (away) {
    if (Date.now() - start >= waitMs)
      throw new Error(`${away.message}; waited ${waitMs / 1_000} s for it`, { cause: away });
    await delay(INTERVAL_MS, undefined, { signal });
    away = await firstAway(urls, timeoutMs);
  }
  log.info({ waited_ms: Date.now() - start }, 'redis is there');
}

/** Why one of them cannot be used now, if it may come to be. */
async function firstAway(urls: readonly string[], timeoutMs: number): Promise<Error | undefined> {
  const checks = await Promise.allSettled(urls.map((url) => checkRedis(url, timeoutMs)));
  const failures = checks.flatMap((check) => (check.status === 'rejected' ? [check.reason as Error] : []));
  const final = failures.find(({ cause }) => !isRedisUnavailable(cause));
  if (final) throw final;
  return failures[0];
}
