import { hasEnded, type Principal } from '@primes/contracts';
import type { Response } from 'express';
import type { StreamLimits } from '../streams/slots.ts';
import type { Task } from '../tasks/task-view.ts';
import type { Watch } from '../tasks/watch.ts';
import { endOf } from './end-of.ts';

/** Proxies commonly time out after 60 s, and Redis may take some of that. */
const MAX_WAIT_SECONDS = 55;

export interface WaitDeps {
  readonly watch: Watch;
  readonly streams: StreamLimits;
  readonly stopping: AbortSignal;
}

/** Milliseconds to wait if a client asks for `seconds`. */
export function waitMs(seconds: number): number {
  return Math.min(seconds, MAX_WAIT_SECONDS) * 1_000;
}

/** Aborted after that time, and when the client disconnects or the process stops. */
export function endOfWait(res: Response, seconds: number, stopping: AbortSignal): AbortSignal {
  return AbortSignal.any([endOf(res, stopping), AbortSignal.timeout(waitMs(seconds))]);
}

/**
 * Waits for the end of a task, in a slot of the long-polls.
 *
 * @returns the task at its end or when the time is up; undefined if there is none for this principal
 * @throws {HttpError} `too_many_streams`
 */
export function waitForEnd(
  { watch, streams }: Pick<WaitDeps, 'watch' | 'streams'>,
  { id, principal, until }: { id: string; principal: Principal | undefined; until: AbortSignal },
): Promise<Task | undefined> {
  return streams.watchers.hold(async () => {
    let task: Task | undefined;
    for await (task of watch(id, principal, { signal: until, endOnly: true })) {
      if (!task || hasEnded(task.summary.status)) break;
    }
    return task;
  });
}

/** An item of a comma-separated list, which may have quoted strings. */
const ITEM = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;

/**
 * The seconds of the preference `wait` (RFC 7240) in a header Prefer, as it is applied. Only its first occurrence counts; a malformed one is
 * ignored, and so are other preferences.
 */
export function waitPreference(header = ''): number | undefined {
  const first = header.match(ITEM)?.find((item) => /^\s*wait\s*(?:[=;]|$)/i.test(item));
  const seconds = Number(
    /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:;|$)/i
      .exec(first ?? '')
      ?.slice(1)
      .join(''),
  );
  return seconds > 0 ? Math.min(seconds, MAX_WAIT_SECONDS) : undefined;
}
