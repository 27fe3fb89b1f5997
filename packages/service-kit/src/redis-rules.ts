import type { RedisClient } from '@primes/contracts';
import { Command, type RedisOptions } from 'ioredis';
import type { Attributes } from '@opentelemetry/api';
import { isWrongData } from './redis-unavailable.ts';
import { traceCommand } from './telemetry/redis-spans.ts';
import { isTracing } from './telemetry/tracing.ts';

/** Called once per command, with its name in lower case and its outcome. */
export type CommandObserver = (operation: string, status: 'success' | 'error') => void;

/** `request`: a client waits for the reply. `background`: the process itself does. */
export type ConnectionKind = 'request' | 'background';

/**
 * Multiples of `commandTimeoutMs` after which a connection without a response is reopened. A slow Redis first fails the
 * request, then its connection. Background connections wait longer: a command that is resent may have been executed, and
 * a task that is fetched that way waits until its lock expires.
 */
export const OVERDUE = { handshake: 1, request: 2, background: 5 };

/** The server has changed its role, so the address may belong to another server now. */
export const ROLE_CHANGED = /\b(READONLY|MASTERDOWN|LOADING|UNBLOCKED|NOREPLICAS)\b/;

/** At most about a second, with jitter so that not all processes reconnect at once. */
export function reconnectDelay(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 6), 1_000) * (0.75 + Math.random() / 2);
}

/** The options of every socket to Redis. */
export function socketOptions(kind: ConnectionKind, commandTimeoutMs: number) {
  return {
    // Before Redis 7.2, CLIENT SETINFO would count as an error on each connection.
    disableClientInfo: true,
    connectTimeout: OVERDUE.request * commandTimeoutMs,
    keepAlive: 10_000,
    maxLoadingRetryTime: 1_000,
    ...(kind === 'request' && { commandTimeout: commandTimeoutMs }),
  } satisfies RedisOptions;
}

/** Marks counted commands: after a reconnect they pass `sendCommand` again. */
const SEEN = Symbol('seen');

export interface ObserveOptions {
  readonly observe: CommandObserver | undefined;
  readonly attributes: Attributes;
}

/** Counts a command, and records a span for it. The connection emits `wrong data` for one that fails because of its keys. */
export function observeCommand(
  redis: RedisClient,
  command: Command & { [SEEN]?: true },
  { observe, attributes }: ObserveOptions,
): void {
  if (!observe || command[SEEN]) return;
  command[SEEN] = true;
  if (isTracing()) traceCommand(command, attributes);
  command.promise.then(
    () => {
      observe(command.name, 'success');
    },
    (error: unknown) => {
      observe(command.name, 'error');
      if (isWrongData(error)) redis.emit('wrong data', error, command.getKeys());
    },
  );
}

/** Milliseconds for which a command blocks: 0 if it does not, Infinity without a limit. */
export function blockingMs(command: Command): number | undefined {
  if (!Command.checkFlag('BLOCKING_COMMANDS', command.name)) return undefined;
  const ms = command.extractBlockingTimeout();
  if (typeof ms !== 'number') return undefined;
  return ms === 0 ? Infinity : ms;
}

/** Hides the eviction policy in INFO from BullMQ, which would print a warning; `waitForRedis` logs one. */
export function withoutEvictionPolicy(info: string): string {
  return info.replace(/^maxmemory_policy:.*\r?\n/m, '');
}
