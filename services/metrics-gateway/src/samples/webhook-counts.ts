import type { Queue } from 'bullmq';

/** `failed` are the dead letters, kept for a week; `waiting-children` wait for their task. */
const STATES = ['waiting', 'active', 'delayed', 'failed', 'waiting-children'] as const;

export type WebhookCounts = Readonly<Record<string, number>>;

export function countWebhooks(webhooks: Queue): Promise<WebhookCounts> {
  return webhooks.getJobCounts(...STATES);
}
