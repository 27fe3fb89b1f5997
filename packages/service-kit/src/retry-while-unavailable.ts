import { setTimeout as delay } from 'node:timers/promises';
import { isRedisUnavailable } from './redis-unavailable.ts';
import type { RejectionLog } from './rejection-log.ts';

/** Milliseconds between two attempts: more would not help a Redis that is out of memory or fails over. */
export const RETRY_MS = 1_000;
/** Milliseconds to wait for the reply to a pending command after `signal` is aborted. */
const GRACE_MS = 1_000;

export interface RetryOptions {
  readonly rejections: RejectionLog;
  /** Its name in `rejections`. */
  readonly operation: string;
  /** Aborts the retries with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Retries `command` once a second while Redis is unavailable. The command must be idempotent: if the connection was
 * lost, it may have been executed.
 *
 * @throws the signal's reason once it is aborted; any other error at once
 */
export async function retryWhileUnavailable<T>(
  command: () => Promise<T>,
  { rejections, operation, signal }: RetryOptions,
): Promise<T> {
  for (;;) {
    try {
      const reply = await (signal ? replyOrAbort(command(), signal) : command());
      rejections.accepted(operation);
      return reply;
    } catch (error) {
      if (!isRedisUnavailable(error)) throw error;
      rejections.rejected(operation, error);
    }
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  }
}

/** Waits a little longer for the pending reply, so that the command cannot overtake those sent after the abort. */
async function replyOrAbort<T>(command: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    timer = setTimeout(() => {
      aborted.reject(signal.reason as Error);
    }, GRACE_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  try {
    return await Promise.race([command, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }
}
