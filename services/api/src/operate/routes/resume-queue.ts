import type { Request, Response } from 'express';
import type { QueueControl } from '../queue-state.ts';

/** POST /queue/resume: idempotent. */
export function resumeQueue(queue: QueueControl) {
  return async function handleResumeQueue(_req: Request, res: Response): Promise<void> {
    res.locals['changed'] = Number(await queue.resume());
    res.json(await queue.state());
  };
}
