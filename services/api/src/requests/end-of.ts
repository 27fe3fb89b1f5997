import type { Response } from 'express';

/** Aborted when the client disconnects or the process stops. */
export function endOf(res: Response, stopping: AbortSignal): AbortSignal {
  return AbortSignal.any([disconnection(res), stopping]);
}

/** Aborted when the client disconnects. */
export function disconnection(res: Response): AbortSignal {
  const closed = new AbortController();
  // After the connection is closed, there is no further `close` event.
  if (res.closed) closed.abort();
  res.once('close', () => {
    closed.abort();
  });
  return closed.signal;
}
