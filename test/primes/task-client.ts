import { TaskSummarySchema, TaskViewSchema } from '@primes/primes';
import { taskClient } from '../support/task-client.ts';

/** A client of an api that serves the primes; `api` returns its base URL. */
export function primesClient(api: () => string) {
  return taskClient(api, { summary: TaskSummarySchema, task: TaskViewSchema });
}
