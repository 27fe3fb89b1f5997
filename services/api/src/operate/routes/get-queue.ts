import type { Request, Response } from 'express';
import type { QueueControl } from '../queue-state.ts';

/** GET /queue */
export function getQueue(queue: QueueControl) {
  return async function handleGetQueue(_req: Request, res: Response): Promise<void> {
    res.set('Cache-Control', 'no-store').json(await queue.state());
  };
}
