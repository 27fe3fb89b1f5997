import { setTimeout as delay } from 'node:timers/promises';
import { ProblemSchema, type TaskSummary } from '@primes/contracts';

export interface LoadOptions {
  readonly clients: number;
  /** The inputs that each client submits, in a loop. */
  readonly inputs: readonly object[];
  /** The pause of each client between requests. */
  readonly pauseMs: number;
}

interface Rejection {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | null;
  readonly at: number;
}

/** Clients that submit tasks in a loop until `stop`; times are in ms since the epoch. */
export function load({ post }: { readonly post: (body: object) => Promise<Response> }, options: LoadOptions) {
  const { clients, inputs, pauseMs } = options;
  const accepted: { readonly request_id: string; readonly at: number }[] = [];
  const rejections: Rejection[] = [];
  const stop = new AbortController();

  async function client(): Promise<void> {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const response = await post({ ...inputs[turn % inputs.length], priority: turn % 3 });
      const body: unknown = await response.json();
      const at = Date.now();
      if (response.status === 202) {
        accepted.push({ request_id: (body as TaskSummary).request_id, at });
      } else {
        const { type } = ProblemSchema.parse(body);
        rejections.push({
          status: response.status,
          type,
          retryAfter: response.headers.get('retry-after'),
          at,
        });
      }
      await delay(pauseMs);
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    accepted,
    rejections,
    async stop() {
      stop.abort();
      await running;
    },
  };
}
