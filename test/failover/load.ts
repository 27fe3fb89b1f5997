import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** 20 a second. */
const INTERVAL_MS = 50;
const RETRY_MS = 1_000;

/** What each kind submits. `cold` and `cancelled` are computed again each time; the others are stored. */
const KINDS = {
  cached: { n: 1_000 },
  cold: { n: 200_000, fresh: true },
  priority: { n: 1_000, priority: 3 },
  cancelled: { n: 600_000, fresh: true },
  idempotent: { n: 1_000 },
  webhook: { n: 1_000 },
};
export type Kind = keyof typeof KINDS;

/** An acknowledged submission; times are in ms since the epoch. */
export interface Acknowledged {
  readonly id: string;
  readonly kind: Kind;
  readonly at: number;
  /** The path of its webhook. */
  readonly webhook?: string;
  /** Its cancellation was acknowledged. */
  cancelled: boolean;
}

export interface Target {
  readonly url: string;
  /** The URL of a webhook receiver. */
  readonly receiver: string;
}

export type Load = ReturnType<typeof startLoad>;

/**
 * Submits 20 tasks a second, of all kinds in turn, however slow the responses are. The client of the kind `idempotent`
 * repeats a submission until it is acknowledged; the others do not.
 */
export function startLoad({ url, receiver }: Target) {
  const acknowledged: Acknowledged[] = [];
  /** Times of 503 with Retry-After. */
  const rejections: number[] = [];
  /** Every other response. */
  const unexpected: string[] = [];
  const requests = new Set<Promise<void>>();
  let created = 0;

  async function submit(kind: Kind): Promise<void> {
    const key = kind === 'idempotent' ? randomUUID() : undefined;
    const webhook = kind === 'webhook' ? `/${randomUUID()}` : undefined;
    const body = { ...KINDS[kind], ...(webhook !== undefined && { callback_url: `${receiver}${webhook}` }) };
    let named: string | undefined;
    for (let isFirst = true; isFirst || key !== undefined; isFirst = false) {
      const { status, retryAfter, json } = await send('POST', '/tasks', { body, key });
      const at = Date.now();
      const { request_id: id, task_id: unsure } = json as { request_id?: string; task_id?: string };
      if (id !== undefined && (status === 202 || (status === 200 && key !== undefined))) {
        if (status === 202) created += 1;
        if (named !== undefined && named !== id) unexpected.push(`The id was ${named}, and is ${id}`);
        const task = { id, kind, at, ...(webhook !== undefined && { webhook }), cancelled: false };
        acknowledged.push(task);
        if (kind === 'cancelled') await cancel(task);
        return;
      }
      if (status !== 503 || retryAfter === null) unexpected.push(`POST ${status} ${JSON.stringify(json)}`);
      rejections.push(at);
      if (key !== undefined) named ??= unsure;
      if (key !== undefined) await delay(RETRY_MS);
    }
  }

  async function cancel(task: Acknowledged): Promise<void> {
    const { status, json } = await send('DELETE', `/tasks/${task.id}`);
    // 404: a failover has lost it. 409: it has ended.
    if (![202, 404, 409, 503].includes(status)) unexpected.push(`DELETE ${status} ${JSON.stringify(json)}`);
    // 202 with another status promises nothing: the task may still complete first.
    task.cancelled = status === 202 && (json as { status: string }).status === 'cancelled';
  }

  async function send(
    method: string,
    path: string,
    { body, key }: { body?: object; key?: string | undefined } = {},
  ) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const json: unknown = await response.json();
    return { status: response.status, retryAfter: response.headers.get('retry-after'), json };
  }

  const kinds = Object.keys(KINDS) as Kind[];
  let turn = 0;
  const timer = setInterval(() => {
    const kind = kinds[turn++ % kinds.length] ?? 'cached';
    const request = submit(kind).catch((error: unknown) => {
      unexpected.push(`${kind}: ${String(error)}`);
    });
    requests.add(request);
    void request.then(() => requests.delete(request));
  }, INTERVAL_MS);

  return {
    acknowledged,
    rejections,
    unexpected,
    /** Number of 202 responses: what the api counts as started. */
    created: () => created,
    /** Resolves once all requests have their response. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(requests);
    },
  };
}
