import { validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { pageQuery } from '../../requests/schemas.ts';
import type { DeadLetters } from '../dead-webhooks.ts';

export const ListDeadWebhooksQuery = pageQuery('Webhooks', /^\d{1,15}_[\w-]{1,64}$/);

/** GET /webhooks/dead: newest first. */
export function listDeadWebhooks(letters: DeadLetters) {
  return async function handleListDeadWebhooks(req: Request, res: Response): Promise<void> {
    const { cursor, limit } = validate(ListDeadWebhooksQuery, req.query);
    const [time, id = ''] = cursor?.split('_', 2) ?? [];
    res.json(await letters.page(time === undefined ? undefined : { time: Number(time), id }, limit));
  };
}
