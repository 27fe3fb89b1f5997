import { describe, expect, it } from '@jest/globals';
import { check, type CheckName } from './check.ts';
import type { Event, EventOf } from './history.ts';

const OK = { status: 200, retryAfter: null };
const expected = { status: 'done', result: { text: 'a' }, attempts: 1 } as const;

function submit(event: Partial<EventOf<'submit'>> = {}): Event {
  const http = { status: 202, retryAfter: '1' };
  return {
    type: 'submit',
    at: 2,
    sentAt: 1,
    process: 'api-1',
    http,
    id: 'a',
    callback: false,
    expected,
    ...event,
  };
}

function read(event: Partial<EventOf<'read'>> = {}): Event {
  const view = { status: 'done', result: { text: 'a' } } as const;
  return { type: 'read', at: 6, sentAt: 5, process: 'api-1', http: OK, id: 'a', ...view, ...event };
}

const cancel: Event = {
  type: 'cancel',
  at: 4,
  sentAt: 3,
  process: 'api-1',
  http: OK,
  id: 'a',
  status: 'processing',
};
const end: Event = { type: 'end', at: 4, id: 'a', outcome: 'completed' };
const webhook: EventOf<'webhook'> = { type: 'webhook', at: 5, id: 'a', status: 'done', accepted: true };
const problem = (status: number, retryAfter: string | null = '1') => ({ http: { status, retryAfter } });
const unknown = { ...problem(404), status: undefined, result: undefined };

function counters(counted: number, stored: number): Event {
  return {
    type: 'counters',
    at: 9,
    counted: { done: counted, failed: 0 },
    stored: { done: stored, failed: 0 },
  };
}
function memory(phase: 'before' | 'after', bytes: number): Event {
  return { type: 'memory', at: 9, phase, process: 'api-1', bytes };
}
function connections(phase: 'before' | 'after', count: number): Event {
  return { type: 'connections', at: 9, phase, of: { 'api-1': count } };
}

/** For each check, histories that keep the promise and histories that break it. */
const CASES: Record<CheckName, { readonly kept: Event[][]; readonly broken: Event[][] }> = {
  lost: {
    kept: [
      [submit(), read()],
      [submit(problem(503)), read(unknown)],
      [submit(), read({ ...unknown, sentAt: 1 }), read()],
    ],
    broken: [
      [submit(), read(unknown)],
      [submit(), read(unknown), read()],
    ],
  },
  stuck: {
    kept: [[submit(), read()], [submit({ http: null, id: undefined })], [submit(problem(503))]],
    broken: [
      [submit(), read({ status: 'pending', result: null })],
      [submit()],
      [submit(), read({ http: null, status: undefined })],
      [submit(problem(503)), read({ status: 'processing', result: null })],
    ],
  },
  twice: { kept: [[end]], broken: [[end, { ...end, outcome: 'failed' }]] },
  wrong: {
    kept: [
      [submit(), cancel, read({ status: 'cancelled', result: null })],
      [
        submit({ expected: { status: 'failed', result: null, attempts: 3 } }),
        read({ status: 'failed', result: null }),
      ],
    ],
    broken: [
      [submit(), read({ result: { text: 'b' } })],
      [submit(), read({ status: 'cancelled', result: null })],
      [submit(), read({ status: 'failed', result: null })],
    ],
  },
  changed: {
    kept: [[submit(), cancel, read()]],
    broken: [[submit(), { ...cancel, status: 'cancelled' }, read()]],
  },
  attempts: {
    kept: [[submit(), read(), { type: 'job', at: 9, id: 'a', attempts: 1 }]],
    broken: [[submit(), read(), { type: 'job', at: 9, id: 'a', attempts: 2 }]],
  },
  keys: {
    kept: [[submit({ key: 'k' }), submit({ key: 'k', http: OK }), read()]],
    broken: [
      [submit({ key: 'k' }), submit({ key: 'k', id: 'b', http: OK }), read(), read({ id: 'b' })],
      [submit({ key: 'k' }), submit({ key: 'k' }), read()],
    ],
  },
  webhooks: {
    kept: [[submit({ callback: true }), read(), webhook, { ...webhook, accepted: false }]],
    broken: [
      [submit({ callback: true }), read()],
      [submit({ callback: true }), read(), { ...webhook, accepted: false }],
      [submit({ callback: true }), read(), webhook, { ...webhook, status: 'failed' }],
    ],
  },
  counters: { kept: [[counters(2, 2)]], broken: [[counters(3, 2)], [counters(2, 3)]] },
  responses: {
    kept: [[submit(problem(503)), read(unknown)]],
    broken: [
      [submit(), read(), read({ ...unknown, ...problem(500), sentAt: 1 }), read()],
      [submit({ ...problem(503, null), id: undefined })],
    ],
  },
  silent: {
    kept: [[{ type: 'probe', at: 9, process: 'api-1', working: true }]],
    broken: [
      [{ type: 'probe', at: 9, process: 'api-1', working: false }],
      [{ type: 'exit', at: 9, process: 'api-1', code: 1 }],
    ],
  },
  memory: {
    kept: [[memory('before', 100e6), memory('after', 190e6)]],
    broken: [[memory('before', 100e6), memory('after', 300e6)]],
  },
  connections: {
    kept: [[connections('before', 12), connections('after', 12)]],
    broken: [[connections('before', 12), connections('after', 13)]],
  },
  secrets: { kept: [[]], broken: [[{ type: 'secret', at: 9, process: 'api-1', name: 'redis' }]] },
};

describe.each(Object.entries(CASES))('%s', (name, { kept, broken }) => {
  it.each(kept.map((history) => [history]))('accepts history %#', (history) => {
    expect(check(history)).toEqual([]);
  });

  it.each(broken.map((history) => [history]))('reports only this of history %#', (history) => {
    const names = check(history).map((violation) => violation.check);
    expect(new Set(names)).toEqual(new Set([name]));
  });
});
