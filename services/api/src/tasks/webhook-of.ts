import { readJob } from '@primes/service-kit';
import type { JobState } from 'bullmq';
import * as z from 'zod';
import type { TaskQueues } from '../queue/task-queues.ts';
import type { Task } from './task-view.ts';

const STATES = ['waiting', 'delivering', 'delivered', 'dead'] as const;

/** The answer of GET /tasks/{id}/webhook. */
export const TaskWebhookSchema = z
  .strictObject({
    webhook_id: z.string(),
    state: z.enum(STATES).meta({
      description:
        '`waiting`: the task has not ended. `delivering`: it is being delivered, or waits for its next attempt. `dead`: given up',
    }),
    attempts: z.int().min(0).meta({ description: 'Deliveries since the submission or the last redelivery' }),
    last_error: z.string().nullable().meta({ description: 'Why the last attempt failed' }),
    since: z.iso.datetime().nullable().meta({ description: 'When it was delivered or given up' }),
  })
  .nullable()
  .meta({ id: 'TaskWebhook', description: 'null if there is no webhook, or if its record has expired' });
type TaskWebhook = z.infer<typeof TaskWebhookSchema>;

export type WebhookOf = (task: Task) => Promise<TaskWebhook>;

/** Finds the webhook of a task: the job in queue `webhooks` whose id is the submission of the task. */
export function createWebhookOf({ webhooks }: Pick<TaskQueues, 'webhooks'>): WebhookOf {
  return async function webhookOf({ stored }) {
    if (stored.submission === undefined || stored.task.callbackUrl === null) return null;
    // The state first: the job is never older.
    const [state, job] = await Promise.all([
      webhooks.getJobState(stored.submission),
      readJob(webhooks, stored.submission),
    ]);
    if (!job) return null;
    return {
      webhook_id: stored.submission,
      state: stateOf(state),
      attempts: job.attemptsMade,
      // A delivered webhook still has the reason of a failed attempt.
      last_error: (state === 'completed' ? undefined : job.failedReason) ?? null,
      since: job.finishedOn === undefined ? null : new Date(job.finishedOn).toISOString(),
    };
  };
}

function stateOf(state: JobState | 'unknown'): (typeof STATES)[number] {
  if (state === 'waiting-children') return 'waiting';
  if (state === 'completed') return 'delivered';
  return state === 'failed' ? 'dead' : 'delivering';
}
