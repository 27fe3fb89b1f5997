import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded, type TaskStatus } from '@primes/contracts';
import type { Redis } from 'ioredis';
import { only, type EventOf } from './history.ts';
import type { ProcessName } from './kinds.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';
import type { Subject, Task } from './subject.ts';

/** A frozen process does not respond; `?wait=` takes less. */
const TIMEOUT_MS = 12_000;
const LAST_TIMEOUT_MS = 1_000;
/** Submissions with a key are repeated after this pause until one is accepted. */
const REPEAT_PAUSE_MS = 500;
const WAIT_SECONDS = 3;
/** The longest pause before a DELETE. */
const CANCEL_AFTER_MS = 1_500;
const SHARES = { key: 0.4, callback: 0.3, priority: 0.3, cancel: 0.1, wait: 0.4, replay: 0.2 };
/** Final reads at the same time. */
const READERS = 8;

/** What clients use of a system. */
export interface ClientSystem {
  /** `current` is undefined while the process is down. */
  process(name: ProcessName): { readonly current: { readonly url: string } | undefined };
  /** Undefined if the system cannot reach one. */
  readonly receiver: { readonly url: string } | undefined;
  readonly operator: Redis;
}

interface ClientOptions {
  readonly system: ClientSystem;
  readonly subject: Subject;
  readonly recorder: Recorder;
  readonly random: Random;
}

interface Body {
  readonly request_id?: string;
  readonly task_id?: string;
  readonly status?: TaskStatus | number;
  readonly result?: unknown;
}

/** Clients that use everything the api offers, and record each response. */
export function createClients({ system, subject, recorder, random }: ClientOptions) {
  const apis = subject.processes.filter((name) => name.startsWith('api')) as ['api-1', ...'api-2'[]];
  const queries = new Map<string, string>();
  const running = new Set<Promise<void>>();
  let timeoutMs = TIMEOUT_MS;
  let repeats = true;
  const isFull = subject.readFrom === undefined;

  /** Sends a request to one of the apis. */
  async function send(
    path: string,
    init: RequestInit = {},
    process: (typeof apis)[number] = random.pick(apis),
  ) {
    const sentAt = recorder.now();
    const base = system.process(process).current?.url;
    try {
      if (base === undefined) throw new Error('The process is down');
      const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
      const body = (await response.json()) as Body;
      const http = { status: response.status, retryAfter: response.headers.get('retry-after') };
      return { sentAt, process, http, body };
    } catch {
      return { sentAt, process, http: null, body: {} as Body };
    }
  }

  async function submit(task: Task, options: SubmitOptions): Promise<EventOf<'submit'>['id']> {
    const { key, callback, priority, process } = options;
    const { body, ...request } = await send(
      '/tasks',
      {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(key !== undefined && { 'Idempotency-Key': key }),
        },
        body: JSON.stringify({
          ...task.input,
          ...(priority > 0 && { priority }),
          ...(callback && { callback_url: system.receiver?.url }),
        }),
      },
      process,
    );
    const isAccepted = request.http !== null && request.http.status < 300;
    const id = isAccepted ? body.request_id : body.task_id;
    if (id !== undefined) queries.set(id, task.query);
    recorder.record({
      type: 'submit',
      ...request,
      ...defined({ id, key }),
      callback,
      expected: task.expected,
    });
    return isAccepted ? id : undefined;
  }

  async function view(type: 'read' | 'cancel', id: string, request: { method?: string; query?: string }) {
    const { method = 'GET', query = '' } = request;
    const { body, ...response } = await send(`/tasks/${id}?${query}`, { method });
    const isTask = response.http !== null && response.http.status < 300;
    const status = isTask ? (body.status as TaskStatus) : undefined;
    recorder.record({
      type,
      ...response,
      id,
      ...defined({ status, result: isTask ? body.result : undefined }),
    });
    return { status, http: response.http };
  }

  async function read(id: string, wait: number) {
    const { readFrom } = subject;
    const query = [queries.get(id) ?? '', ...(wait > 0 ? [`wait=${wait}`] : [])].join('&');
    if (!readFrom) return view('read', id, { query });
    const sentAt = recorder.now();
    const seen = await readFrom(system.operator, id);
    recorder.record({ type: 'read', sentAt, process: 'redis', id, ...seen });
    return seen;
  }

  /** One client: submits a task, and may cancel it, wait for it, or submit it again. */
  async function client(): Promise<void> {
    const task = subject.task(random);
    const does = (what: keyof typeof SHARES) => isFull && random.chance(SHARES[what]);
    const options: SubmitOptions = {
      key: does('key') ? `key-${random.int(0, 2 ** 31 - 1)}` : undefined,
      callback: does('callback') && system.receiver !== undefined,
      priority: does('priority') ? random.int(1, 5) : 0,
    };
    const [cancels, waits, replays, pause] = [
      does('cancel'),
      does('wait'),
      does('replay'),
      random.int(0, CANCEL_AFTER_MS),
    ];
    let id = await submit(task, options);
    while (id === undefined && options.key !== undefined && repeats) {
      await delay(REPEAT_PAUSE_MS);
      id = await submit(task, options);
    }
    if (id === undefined) return;
    if (replays && options.key !== undefined) await submit(task, options);
    if (cancels) {
      await delay(pause);
      await view('cancel', id, { method: 'DELETE' });
    }
    if (waits) await read(id, WAIT_SECONDS);
  }

  return {
    /** Starts clients at a steady rate until `stop`. */
    start(perSecond: number) {
      const timer = setInterval(() => {
        const one = client().finally(() => running.delete(one));
        running.add(one);
      }, 1_000 / perSecond).unref();
      return async () => {
        clearInterval(timer);
        repeats = false;
        await Promise.all(running);
      };
    },
    /** Submits a task to one process; whether it was accepted. */
    probe: async (process: (typeof apis)[number]) =>
      (await submit(subject.task(random), { callback: false, priority: 0, key: undefined, process })) !==
      undefined,
    /** Reads all known tasks until they have ended, or the deadline. */
    async settle(deadlineMs: number): Promise<void> {
      const left = [...new Set(only(recorder.history, 'submit').flatMap(({ id }) => id ?? []))];
      const deadline = recorder.now() + deadlineMs;
      const reader = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          const { status, http } = await read(id, isFull && timeoutMs === TIMEOUT_MS ? WAIT_SECONDS : 0);
          const isOver = http?.status === 404 || (status !== undefined && hasEnded(status));
          if (isOver) continue;
          if (recorder.now() > deadline) {
            // Each of the others is read once more, briefly.
            timeoutMs = LAST_TIMEOUT_MS;
            continue;
          }
          left.unshift(id);
          await delay(100);
        }
      };
      await Promise.all(Array.from({ length: READERS }, reader));
    },
  };
}

interface SubmitOptions {
  readonly key: string | undefined;
  readonly callback: boolean;
  readonly priority: number;
  readonly process?: 'api-1' | 'api-2';
}

/** Without the fields that are undefined. */
function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
