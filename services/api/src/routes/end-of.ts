import type { Response } from 'express';

/** Aborted as soon as nobody waits for the answer any more, or the process stops. */
export function endOf(res: Response, stopping: AbortSignal): AbortSignal {
  const closed = new AbortController();
  // Who left before this was called, is not heard to leave any more.
  if (res.closed) closed.abort();
  res.once('close', () => {
    closed.abort();
  });
  return AbortSignal.any([closed.signal, stopping]);
}
