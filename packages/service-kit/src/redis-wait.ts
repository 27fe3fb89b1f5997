import { setTimeout as delay } from 'node:timers/promises';
import { checkRedis, type CheckedRedis } from './redis-check.ts';
import type { RedisServer } from './redis-keyspace.ts';
import type { Needs } from './redis-permissions.ts';
import { isAccessDenied, isRedisUnavailable } from './redis-unavailable.ts';

const INTERVAL_MS = 250;

export interface NeededRedis extends RedisServer {
  /** The permissions that its user needs. Default: not checked. */
  readonly needs?: Needs;
}

export interface WaitOptions {
  /** Timeout of one command. */
  readonly timeoutMs: number;
  /** How long to wait for Redis in total. */
  readonly waitMs: number;
  readonly log: Record<'warn' | 'info', (fields: object, message: string) => void>;
  /** Aborts the wait with an error. */
  readonly signal: AbortSignal;
  /** Called only if Redis is unavailable; disposed at the end of the wait. */
  readonly meanwhile: () => Promise<AsyncDisposable>;
}

/**
 * Waits until every Redis responds, because Redis and the services often start at the same time. A problem that does
 * not go away by waiting (wrong password, missing permissions, old version) fails at once.
 *
 * @throws {Error} one line with the address and the problem
 */
export async function waitForRedis(servers: readonly NeededRedis[], options: WaitOptions): Promise<void> {
  const { waitMs, log, signal, meanwhile } = options;
  const start = performance.now();
  let unavailable = await firstUnavailable(servers, options);
  if (!unavailable) return;
  log.warn({ reason: unavailable.message, wait_ms: waitMs }, 'waiting for redis');
  await using open = new AsyncDisposableStack();
  open.use(await meanwhile());
  while (unavailable) {
    if (performance.now() - start >= waitMs)
      throw new Error(`${unavailable.message}; waited ${waitMs / 1_000} s`, { cause: unavailable });
    await delay(INTERVAL_MS, undefined, { signal });
    unavailable = await firstUnavailable(servers, options);
  }
  log.info({ waited_ms: Math.round(performance.now() - start) }, 'redis available');
}

/** The error of the first Redis that is unavailable. Once all are available, warns about eviction policies. */
async function firstUnavailable(
  servers: readonly NeededRedis[],
  { timeoutMs, log }: WaitOptions,
): Promise<Error | undefined> {
  const checks = await Promise.allSettled(
    servers.map((server) => checkRedis(server, timeoutMs, server.needs)),
  );
  const failures = checks.flatMap((check) => (check.status === 'rejected' ? [check.reason as Error] : []));
  const final = failures.find(({ cause }) => !isRedisUnavailable(cause) || isAccessDenied(cause));
  if (final) throw final;
  if (failures.length === 0) {
    for (const check of checks) if (check.status === 'fulfilled') warnOfEviction(check.value, log);
  }
  return failures[0];
}

/** An evicted key is a lost task. This is only a warning, because a server without `maxmemory` evicts nothing. */
function warnOfEviction({ host, evictionPolicy }: CheckedRedis, log: WaitOptions['log']): void {
  if (evictionPolicy === undefined || evictionPolicy === 'noeviction') return;
  const fields = { redis: host, eviction_policy: evictionPolicy };
  log.warn(fields, 'redis may evict keys: maxmemory-policy must be noeviction');
}
