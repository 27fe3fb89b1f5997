/**
 * A `fetch` that sends a request again after 429, 503 and a lost connection, until `forMs` have passed. It repeats only
 * what is safe to repeat: reads, and requests with an Idempotency-Key.
 */
export function retrying(fetch: typeof globalThis.fetch, forMs: number) {
  return async function fetchWithRetries(request: Request): Promise<Response> {
    if (request.method !== 'GET' && !request.headers.has('Idempotency-Key')) return fetch(request);
    const deadline = performance.now() + forMs;
    for (;;) {
      // A copy, because the body of a request can be sent only once.
      const outcome = await fetch(request.clone()).catch((error: unknown) => ({ error }));
      if ('status' in outcome && outcome.status !== 429 && outcome.status !== 503) return outcome;
      const waitMs = 'status' in outcome ? retryAfterMs(outcome) : 1_000;
      if (request.signal.aborted || performance.now() + waitMs > deadline) {
        if ('error' in outcome) throw outcome.error;
        return outcome;
      }
      await delay(waitMs, request.signal);
    }
  };
}

/** Milliseconds after which a retry may succeed. */
export function retryAfterMs({ headers }: Response): number {
  return 1_000 * (Number(headers.get('Retry-After')) || 1);
}

/** @throws the reason of the signal once it is aborted */
export async function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  // Removes the listener: a signal may outlive many retries.
  const ended = new AbortController();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', stop, { signal: ended.signal });
  });
  ended.abort();
  signal?.throwIfAborted();
}
