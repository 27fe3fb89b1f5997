import type { Job } from 'bullmq';
import type { Task } from '../tasks/task-view.ts';

/**
 * Where to deliver a webhook, as its task says; undefined if the task is another one, because a later submission with the
 * same Idempotency-Key has reused the id.
 */
export function ownUrl(webhook: Pick<Job, 'id'>, task: Task | undefined): string | undefined {
  if (task?.stored.submission !== webhook.id) return undefined;
  return task?.stored.task.callbackUrl ?? undefined;
}
