import { validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import * as z from 'zod';
import { isOrigin } from '../../cross-origin.ts';
import { bodyOf } from '../../requests/body.ts';
import type { DeadLetters } from '../dead-webhooks.ts';

export const RedeliverSchema = z
  .strictObject({
    receiver: z
      .string()
      .refine(isOrigin, 'Must be an origin such as `https://app.example.com`')
      .optional()
      .meta({ description: 'Only webhooks of this `receiver`; default: all' }),
  })
  .meta({ id: 'Redeliver' });

export const RedeliveredSchema = z
  .strictObject({ redelivered: z.int().min(0).meta({ description: 'Number of webhooks' }) })
  .meta({ id: 'Redelivered' });

/** POST /webhooks/dead/redeliver: 202, because the deliveries follow. */
export function redeliverWebhooks(letters: DeadLetters) {
  return async function handleRedeliverWebhooks(req: Request, res: Response): Promise<void> {
    const { receiver } = validate(RedeliverSchema, bodyOf(req, ['application/json']));
    let redelivered = 0;
    const acting = letters.redeliverAll(receiver, (changed) => {
      redelivered = res.locals['changed'] = changed;
    });
    res.locals['acting'] = acting;
    await acting;
    res.status(202).json({ redelivered });
  };
}
