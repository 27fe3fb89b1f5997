import { isDeepStrictEqual } from 'node:util';
import { hasEnded } from '@primes/contracts';
import { only, totalOf, type EventOf, type History, type Response } from './history.ts';

/** A promise that the system has broken. */
export interface Violation {
  readonly check: CheckName;
  readonly detail: string;
  /** Milliseconds since the start of the run: when the task was accepted, otherwise when it was seen. */
  readonly at: number;
}

type Check = (history: History) => { readonly detail: string; readonly at: number }[];

/** Resident memory of a process after the run, compared with its start: factor, and bytes that do not count. */
const MEMORY = { factor: 2, allowance: 64 * 2 ** 20 };

const CHECKS = {
  /** An accepted task is never unknown. */
  lost: (history) =>
    accepted(history).flatMap(({ id, at }) =>
      of(history, id, 'read', 'cancel')
        .filter(({ http, sentAt }) => http?.status === 404 && sentAt >= at)
        .slice(0, 1)
        .map(() => ({ detail: `${id}: 404`, at })),
    ),

  /** Every task that exists ends, also one whose submission received 503. */
  stuck: (history) =>
    submitted(history).flatMap(({ id, at, http }) => {
      const last = of(history, id, 'read').at(-1);
      const isKnown = http?.status !== 503 || last?.status !== undefined;
      const ended = last?.status !== undefined && hasEnded(last.status);
      return ended || last?.http?.status === 404 || !isKnown
        ? []
        : [{ detail: `${id}: ${last?.status ?? 'no response'}`, at }];
    }),

  twice: (history) =>
    [...grouped(only(history, 'end'), ({ id }) => id)]
      .filter(([, ends]) => ends.length > 1)
      .map(([id, ends]) => ({ detail: `${id}: ${ends.length} ends`, at: ends[0]?.at ?? 0 })),

  /** The outcome and the result are those of the input; only a task with a DELETE may be cancelled. */
  wrong: (history) =>
    submitted(history).flatMap(({ id, at, expected }) => {
      const last = of(history, id, 'read').at(-1);
      if (last?.status === undefined || !hasEnded(last.status)) return [];
      if (last.status === 'cancelled' && of(history, id, 'cancel').length > 0) return [];
      const isRight =
        last.status === expected.status && isDeepStrictEqual(last.result ?? null, expected.result ?? null);
      return isRight ? [] : [{ detail: `${id}: ${last.status} ${JSON.stringify(last.result)}`, at }];
    }),

  /** A final status that a client has seen does not change. */
  changed: (history) =>
    [...grouped(only(history, 'read', 'cancel'), ({ id }) => id)].flatMap(([id, views]) => {
      const final = views.find(({ status }) => status !== undefined && hasEnded(status));
      const other = views.find(
        ({ status, sentAt }) => final && status !== undefined && sentAt > final.at && status !== final.status,
      );
      return final && other ? [{ detail: `${id}: ${final.status}, then ${other.status}`, at: other.at }] : [];
    }),

  /** Only runs that throw use an attempt: no hand-over, no outage, no killed worker. */
  attempts: (history) => {
    const tasks = new Map(submitted(history).map((task) => [task.id, task]));
    return only(history, 'job').flatMap(({ id, at, attempts }) => {
      const last = of(history, id, 'read').at(-1)?.status;
      const expected = tasks.get(id)?.expected.attempts;
      return last === 'cancelled' || expected === undefined || attempts === expected
        ? []
        : [{ detail: `${id}: ${attempts} attempts instead of ${expected}`, at }];
    });
  },

  /** Equal keys make one task, which is created once. */
  keys: (history) =>
    [...grouped(only(history, 'submit'), ({ key }) => key)].flatMap(([key, submissions]) => {
      const ids = new Set(submissions.flatMap(({ id }) => id ?? []));
      const created = submissions.filter(({ http }) => http?.status === 202).length;
      return key !== undefined && (ids.size > 1 || created > 1)
        ? [{ detail: `${key}: ${ids.size} tasks, ${created} created`, at: submissions[0]?.at ?? 0 }]
        : [];
    }),

  /** The webhook of an ended task arrives, with its status. */
  webhooks: (history) =>
    accepted(history)
      .filter(({ callback }) => callback)
      .flatMap(({ id, at }) => {
        const status = of(history, id, 'read').at(-1)?.status;
        if (status === undefined || !hasEnded(status)) return [];
        const webhooks = webhooksOf(history).get(id) ?? [];
        const arrived = webhooks.some((webhook) => webhook.accepted);
        const wrong = webhooks.find((webhook) => webhook.status !== status);
        return arrived && !wrong ? [] : [{ detail: `${id}: ${wrong?.status ?? 'none'} for ${status}`, at }];
      }),

  /** The gateway counts each end once. */
  counters: (history) =>
    only(history, 'counters')
      .filter(({ counted, stored }) => !isDeepStrictEqual(counted, stored))
      .map(({ at, ...numbers }) => ({ detail: JSON.stringify(numbers), at })),

  /** No 500, and no 503 without Retry-After. */
  responses: (history) =>
    only(history, 'submit', 'read', 'cancel').flatMap(({ type, at, http }) => {
      if (!http || http.status < 500 || (http.status === 503 && http.retryAfter !== null)) return [];
      return [{ detail: `${type}: ${http.status}`, at }];
    }),

  /** No process exits by itself, and each works after the faults. */
  silent: (history) => [
    ...only(history, 'exit').map(({ process, code, at }) => ({
      detail: `${process} exited with ${code}`,
      at,
    })),
    ...only(history, 'probe')
      .filter(({ working }) => !working)
      .map(({ process, at }) => ({ detail: process, at })),
  ],

  memory: (history) => {
    const before = new Map(
      only(history, 'memory')
        .filter(({ phase }) => phase === 'before')
        .map(({ process, bytes }) => [process, bytes]),
    );
    return only(history, 'memory').flatMap(({ phase, process, bytes, at }) => {
      const limit = (before.get(process) ?? 0) * MEMORY.factor + MEMORY.allowance;
      return phase === 'after' && bytes > limit ? [{ detail: `${process}: ${bytes} bytes`, at }] : [];
    });
  },

  connections: (history) => {
    const events = only(history, 'connections');
    const before = events.find(({ phase }) => phase === 'before')?.of;
    return events
      .filter(({ phase, of: after }) => phase === 'after' && totalOf(after) > totalOf(before))
      .map(({ at, of: after }) => ({ detail: JSON.stringify({ before, after }), at }));
  },

  secrets: (history) =>
    only(history, 'secret').map(({ process, name, at }) => ({ detail: `${name} in ${process}`, at })),
} satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;

/** Everything that a system promised and did not keep, by its history alone. */
export function check(history: History): Violation[] {
  return Object.entries(CHECKS).flatMap(([name, violations]) =>
    violations(history).map((violation) => ({ check: name as CheckName, ...violation })),
  );
}

type Submitted = EventOf<'submit'> & { readonly id: string };

/** The first submission of each known task that was accepted, or else the first one. */
function submitted(history: History): Submitted[] {
  const known = only(history, 'submit').filter((event): event is Submitted => event.id !== undefined);
  return [...grouped(known, ({ id }) => id).values()].flatMap(
    (same) => same.find(isAccepted) ?? same.slice(0, 1),
  );
}

function accepted(history: History): Submitted[] {
  return submitted(history).filter(isAccepted);
}

function isAccepted({ http }: Submitted): boolean {
  return http?.status === 202 || http?.status === 200;
}

const responses = memoized((history) => grouped(only(history, 'submit', 'read', 'cancel'), ({ id }) => id));
const webhooksOf = memoized((history) => grouped(only(history, 'webhook'), ({ id }) => id));

/** The responses about one task. */
function of<Type extends Response['type']>(history: History, id: string, ...types: Type[]): EventOf<Type>[] {
  return only(responses(history).get(id) ?? [], ...types);
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  return Map.groupBy(items, keyOf);
}

/** A history of ten minutes has 100,000 events: each is grouped once. */
function memoized<Value>(compute: (history: History) => Value): (history: History) => Value {
  const known = new WeakMap<History, Value>();
  return (history) => {
    const value = known.get(history) ?? compute(history);
    known.set(history, value);
    return value;
  };
}
