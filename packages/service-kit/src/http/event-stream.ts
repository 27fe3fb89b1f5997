import type { Request, Response } from 'express';

/** Milliseconds until a rejected EventSource reconnects, plus up to the same again as jitter. */
const RETRY_MS = 2_000;

/** Whether the client accepts server-sent events, as a browser's EventSource does. */
export function isEventSource(req: Request): boolean {
  return req.get('accept')?.includes('text/event-stream') ?? false;
}

/** Sets status and headers of a stream of server-sent events, without sending them. */
export function openEventStream(res: Response): Response {
  return res
    .status(200)
    .type('text/event-stream')
    .set({ 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
}

/** Makes an EventSource reconnect later: it gives up on any status but 200, and reconnects when the stream ends. */
export function askToReconnect(res: Response): void {
  const retry = Math.round(RETRY_MS * (1 + Math.random()));
  openEventStream(res).end(`retry: ${retry}\n\n`);
}
