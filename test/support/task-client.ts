import {
  TaskSummarySchema,
  TaskViewSchema,
  hasEnded,
  type TaskSummary,
  type TaskView,
} from '@primes/contracts';
import { eventually } from '@primes/testing';

export interface Submission {
  readonly n: number;
  readonly [option: string]: unknown;
}

/** What a client does, at the api whose base URL `api` gives. */
export function taskClient(api: () => string) {
  const client = {
    post: (body: object) =>
      fetch(`${api()}/tasks`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      }),
    /** Submits a task that must be accepted. */
    async submit(body: Submission): Promise<TaskSummary> {
      const response = await client.post(body);
      const answer: unknown = await response.json();
      if (response.status !== 202) throw new Error(`POST /tasks: ${JSON.stringify(answer)}`);
      return TaskSummarySchema.parse(answer);
    },
    async view(id: string, query = 'limit=0'): Promise<TaskView> {
      const response = await fetch(`${api()}/tasks/${id}?${query}`, {
        signal: AbortSignal.timeout(70_000),
      });
      const answer: unknown = await response.json();
      if (response.status !== 200) throw new Error(`GET /tasks/${id}: ${JSON.stringify(answer)}`);
      return TaskViewSchema.parse(answer);
    },
    async ended({ request_id: id }: { request_id: string }, timeoutMs = 60_000): Promise<TaskView> {
      return eventually(
        async () => {
          const view = await client.view(id, 'limit=0&wait=10');
          if (!hasEnded(view.status)) throw new Error(`Task ${id} is ${view.status}`);
          return view;
        },
        { timeoutMs },
      );
    },
  };
  return client;
}
