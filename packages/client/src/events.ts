import { events } from 'fetch-event-stream';
import { ApiError } from './api-error.ts';
import { delay, retryAfterMs } from './retry.ts';
import type { TaskSummary } from './types.ts';

/** Opens the stream after this event. */
export type OpenEvents = (
  lastEventId: string | undefined,
  signal: AbortSignal,
) => Promise<{ response: Response; error?: unknown }>;

/**
 * The task now and after each change, until it ends. As an EventSource does, it reconnects after a lost connection with
 * Last-Event-ID; an EventSource cannot send an Authorization header.
 *
 * @throws {ApiError} if the task does not exist, or may not be read
 */
export async function* follow(
  open: OpenEvents,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskSummary, void, undefined> {
  let last: string | undefined;
  let retryMs = 1_000;
  for (;;) {
    // Ends the connection when the consumer leaves the loop.
    const connection = new AbortController();
    const either = AbortSignal.any([connection.signal, ...(signal ? [signal] : [])]);
    try {
      const { response, error } = await open(last, either);
      if (response.status === 204) return;
      if (response.status === 503 || response.status === 429) retryMs = retryAfterMs(response);
      else if (!response.ok) throw new ApiError(response, error);
      else
        for await (const { id, data, retry } of events(response, either)) {
          retryMs = retry ?? retryMs;
          if (data === undefined) continue;
          last = id === undefined ? last : String(id);
          const task = JSON.parse(data) as TaskSummary;
          yield task;
          if (hasEnded(task)) return;
        }
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted) throw error;
    } finally {
      connection.abort();
    }
    await delay(retryMs, signal);
  }
}

/** Whether the task does not change any more. */
export function hasEnded({ status }: Pick<TaskSummary, 'status'>): boolean {
  return status !== 'pending' && status !== 'processing';
}
