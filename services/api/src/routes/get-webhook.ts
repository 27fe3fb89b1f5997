import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { idOf, unknownTask } from '../requests/id-of.ts';
import { NoQuery } from '../requests/schemas.ts';
import type { Lookup } from '../tasks/lookup.ts';
import type { WebhookOf } from '../tasks/webhook-of.ts';

export interface GetWebhookDeps {
  readonly lookup: Lookup;
  readonly webhookOf: WebhookOf;
}

/** GET /tasks/{id}/webhook: how far the delivery of its webhook is. */
export function getWebhook({ lookup, webhookOf }: GetWebhookDeps) {
  return async function handleGetWebhook(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    const task = (await lookup(idOf(req), contextOf(req).principal)) ?? unknownTask();
    res.json(await webhookOf(task));
  };
}
