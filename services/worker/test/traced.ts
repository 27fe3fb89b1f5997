import { COMPUTE_JOB, type JobData } from '@primes/contracts';
import { eventually, startService, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { expect } from '@jest/globals';
import type { JobsOptions } from 'bullmq';
import { dataOf } from './fixture.ts';

/** The id of the producer span of each task. */
export const SENDING = 'b'.repeat(16);
let traces = 0;

interface Traceable extends AsyncDisposable {
  readonly env: Record<string, string>;
  readonly queue: {
    add(name: string, data: JobData, options: JobsOptions): Promise<{ readonly id?: string | undefined }>;
  };
}

/**
 * A queue, and workers that export their spans to the test.
 *
 * @param fixture disposed of with this
 * @param program the job of the workers; default: the one that main.ts names
 */
export async function openTraced<F extends Traceable>(fixture: F, program: { readonly job?: 'echo' } = {}) {
  await using building = new AsyncDisposableStack();
  building.use(fixture);
  const { spans, env } = building.use(await startSpanReceiver());
  const parts = building.move();
  return {
    fixture,
    spans,
    start: async () =>
      parts.use(await startService('worker', { ...fixture.env, ...env, LOG_LEVEL: 'debug' }, program)),
    /** Adds a task with its own trace. */
    async add(task: object, flags = '01') {
      const traceId = (++traces).toString(16).padStart(32, 'c');
      const data = { ...dataOf(task), traceparent: `00-${traceId}-${SENDING}-${flags}` };
      const job = await fixture.queue.add(COMPUTE_JOB, data, { attempts: 3, backoff: 10 });
      return { traceId, job };
    },
    /** Waits for this many runs of a job, and returns their spans in order. */
    runs: ({ id }: { readonly id?: string | undefined }, count: number): Promise<readonly SeenSpan[]> =>
      eventually(() => {
        const found = spans.filter(
          ({ kind, attributes }) => kind === 'consumer' && attributes['messaging.message.id'] === id,
        );
        expect(found).toHaveLength(count);
        return found;
      }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
