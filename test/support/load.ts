import { setTimeout as delay } from 'node:timers/promises';
import { ProblemSchema, TaskSummarySchema } from '@primes/contracts';
import type { taskClient } from './task-client.ts';

export interface LoadOptions {
  readonly clients: number;
  /** What each asks for, one after the other, over and over. */
  readonly sizes: readonly number[];
  /** A client's own pace: it would otherwise do nothing but ask. */
  readonly pauseMs: number;
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | null;
  readonly at: number;
}

/** Clients that submit one task after the other until they are told to stop; times are in ms since the epoch. */
export function load({ post }: Pick<ReturnType<typeof taskClient>, 'post'>, options: LoadOptions) {
  const { clients, sizes, pauseMs } = options;
  const accepted: { readonly request_id: string; readonly at: number }[] = [];
  const refusals: Refusal[] = [];
  const stop = new AbortController();

  async function client(): Promise<void> {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const response = await post({ n: sizes[turn % sizes.length], priority: turn % 3 });
      const body: unknown = await response.json();
      const at = Date.now();
      if (response.status === 202) {
        accepted.push({ request_id: TaskSummarySchema.parse(body).request_id, at });
      } else {
        const { type } = ProblemSchema.parse(body);
        refusals.push({ status: response.status, type, retryAfter: response.headers.get('retry-after'), at });
      }
      await delay(pauseMs);
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    accepted,
    refusals,
    async stop() {
      stop.abort();
      await running;
    },
  };
}
