import { contextOf } from '@primes/service-kit';
import type { Request, Response } from 'express';
import type { QueueControl } from '../queue-state.ts';

/** POST /queue/pause: idempotent. */
export function pauseQueue(queue: QueueControl) {
  return async function handlePauseQueue(req: Request, res: Response): Promise<void> {
    res.locals['changed'] = Number(await queue.pause(contextOf(req).principal?.name ?? null));
    res.json(await queue.state());
  };
}
