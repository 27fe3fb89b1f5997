import createFetchClient from 'openapi-fetch';
import { ApiError } from './api-error.ts';
import { follow, hasEnded } from './events.ts';
import { retrying } from './retry.ts';
import type { paths, ResultPage, SubmitTask, Task, TaskFilter, TaskList, TaskSummary } from './types.ts';

export interface ClientOptions {
  /** The address of the api, with its base path. */
  readonly baseUrl: string;
  /** An API key or an access token. */
  readonly key?: string | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** How long requests that are safe to repeat are sent again after 429, 503 or a lost connection; default 30 s. */
  readonly retryMs?: number;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

export interface WaitOptions extends Abortable {
  readonly timeoutMs?: number;
  /** Whether to return the whole result; default false, because it can be large. */
  readonly result?: boolean;
}

/** The accepted task, or with `wait()` the ended one. */
export interface Submission extends Promise<TaskSummary> {
  wait(options?: WaitOptions): Promise<Task>;
}

export type Client = ReturnType<typeof createClient>;

/** Seconds of one long-poll: proxies close idle connections after a minute. */
const POLL_SECONDS = 50;

/** A client of the HTTP API. Its methods throw an `ApiError` for a response that is not a success. */
export function createClient({ baseUrl, key, fetch = globalThis.fetch, retryMs = 30_000 }: ClientOptions) {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const http = createFetchClient<paths, 'application/json'>({
    baseUrl,
    headers,
    fetch: retrying(fetch, retryMs),
  });

  // The parameters depend on the job: only one whose result is a list has pages.
  const get = (id: string, query: object, options: Abortable): Promise<Task> =>
    unwrap(http.GET('/tasks/{id}', { params: { path: { id }, query }, ...options }));

  async function wait(id: string, options: WaitOptions = {}): Promise<Task> {
    const { timeoutMs, signal = new AbortController().signal, result = false } = options;
    const timeout = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
    const either = AbortSignal.any([signal, ...timeout]);
    for (;;) {
      const query = { wait: POLL_SECONDS, ...(!result && { limit: 0 }) };
      const task = await get(id, query, { signal: either });
      if (hasEnded(task)) return task;
    }
  }

  return {
    /** Every call of the API, typed by its document; `unwrap()` turns its errors into exceptions. */
    http,
    /** Waits until the task has ended, however often a poll ends early. */
    wait,

    /** Submits a task, with an Idempotency-Key of its own unless there is one, so that a retry creates no second task. */
    submit(
      body: SubmitTask,
      { idempotencyKey: key = newKey(), ...options }: Abortable & { idempotencyKey?: string } = {},
    ): Submission {
      const params = { header: { 'Idempotency-Key': key } };
      const accepted = unwrap(http.POST('/tasks', { params, body, ...options }));
      return Object.assign(accepted, {
        wait: async (waiting?: WaitOptions) => wait((await accepted).request_id, waiting),
      });
    },

    /** The task now and after each change, until it ends; reconnects by itself. */
    events: (id: string, { signal }: Abortable = {}) =>
      follow((lastEventId, either) => {
        const params = { path: { id }, header: lastEventId ? { 'Last-Event-ID': lastEventId } : {} };
        const accept = { Accept: 'text/event-stream' };
        // Without retries of its own: following has its own rules.
        const options = { headers: accept, parseAs: 'stream', signal: either, fetch } as const;
        return http.GET('/tasks/{id}/events', { params, ...options });
      }, signal),

    /** The result of a task that is done, page by page. */
    async *resultPages(
      id: string,
      { offset = 0, limit = 10_000, ...options }: Abortable & { offset?: number; limit?: number } = {},
    ): AsyncGenerator<ResultPage, void, undefined> {
      for (let from = offset; ; from += limit) {
        const { result } = await get(id, { offset: from, limit }, options);
        const page = (result ?? []) as readonly unknown[];
        if (page.length > 0) yield page as ResultPage;
        if (page.length < limit) return;
      }
    },

    /**
     * The tasks that this client may read, newest first, page by page. A page may repeat tasks of the previous one if the
     * list changes in between.
     */
    async *taskPages(filter: TaskFilter = {}, options: Abortable = {}) {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: 100, ...filter, ...(cursor !== undefined && { cursor }) };
        const page: TaskList = await unwrap(http.GET('/tasks', { params: { query }, ...options }));
        yield page.tasks;
        cursor = page.next_cursor;
      }
    },
  };
}

/** Random. A page that came by plain HTTP has no `crypto.randomUUID()`. */
function newKey(): string {
  return crypto.getRandomValues(new BigUint64Array(2)).join('-');
}

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a successful response.
 *
 * @throws {ApiError} for any other response
 */
export async function unwrap<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiError(response, error);
  return data as Data;
}
