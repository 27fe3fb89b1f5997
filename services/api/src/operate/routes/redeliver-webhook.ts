import { HttpError } from '@primes/service-kit';
import type { Request, Response } from 'express';
import type { DeadLetters } from '../dead-webhooks.ts';

/** POST /webhooks/dead/{id}/redeliver: 202, because the delivery follows. */
export function redeliverWebhook(letters: DeadLetters) {
  return async function handleRedeliverWebhook(req: Request, res: Response): Promise<void> {
    if (!(await letters.redeliver(String(req.params['webhook'])))) {
      throw new HttpError('not_found', { detail: 'There is no dead webhook with this id' });
    }
    res.status(202).json({ redelivered: 1 });
  };
}
