import { createClient } from '@primes/client';
import type { TaskSummary } from '@primes/contracts';
import { TaskSummarySchema, TaskViewSchema } from '@primes/testing/echo';
import type * as z from 'zod';

/** The schemas of the responses that contain a task. */
export interface TaskSchemas<Summary, View> {
  readonly summary: z.ZodType<Summary>;
  readonly task: z.ZodType<View>;
}

export type TaskClient = ReturnType<typeof taskClient<TaskSummary, TaskSummary>>;

/** A client of an api that serves the echo job; `api` returns its base URL. */
export function echoClient(api: () => string) {
  return taskClient(api, { summary: TaskSummarySchema, task: TaskViewSchema });
}

/** A client of the api. */
export function taskClient<Summary extends TaskSummary, View extends TaskSummary>(
  api: () => string,
  schemas: TaskSchemas<Summary, View>,
) {
  const client = {
    post: (body: object) =>
      fetch(`${api()}/tasks`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      }),
    /** Submits a task and expects 202. */
    async submit(body: object): Promise<Summary> {
      const response = await client.post(body);
      const json: unknown = await response.json();
      if (response.status !== 202) throw new Error(`POST /tasks: ${JSON.stringify(json)}`);
      return schemas.summary.parse(json);
    },
    async view(id: string, query = 'limit=0'): Promise<View> {
      const response = await fetch(`${api()}/tasks/${id}?${query}`, {
        signal: AbortSignal.timeout(70_000),
      });
      const json: unknown = await response.json();
      if (response.status !== 200) throw new Error(`GET /tasks/${id}: ${JSON.stringify(json)}`);
      return schemas.task.parse(json);
    },
    async ended({ request_id: id }: { request_id: string }, timeoutMs = 60_000): Promise<View> {
      const patient = createClient({ baseUrl: api(), retryMs: timeoutMs });
      return schemas.task.parse(await patient.wait(id, { timeoutMs }));
    },
  };
  return client;
}
