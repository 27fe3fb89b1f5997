import { expect, it } from '@jest/globals';
import type { JobData } from '@primes/contracts';
import fc from 'fast-check';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const PRINCIPALS = ['alice', 'bob', 'carol'] as const;
type Name = (typeof PRINCIPALS)[number];

const { api, as } = await setUp(async (keep) => {
  const keys = keep(
    await keyFile({ alice: ['submit', 'read'], bob: ['submit', 'read'], carol: ['submit', 'read'] }),
  );
  return { api: keep(await startApiWithKeys(keys.file)), as: keys.as };
});

/** What must be true of each task. */
interface Expected {
  readonly owner: Name;
  cancelled: boolean;
}

/** A call of one principal. `task` chooses one of all tasks, including those of others. */
interface Call {
  readonly who: Name;
  readonly kind: 'submit' | 'replay' | 'view' | 'events' | 'list' | 'cancel';
  readonly task: number;
  readonly text: string;
  readonly query: string;
}

const call: fc.Arbitrary<Call> = fc.record({
  who: fc.constantFrom(...PRINCIPALS),
  kind: fc.constantFrom('submit', 'replay', 'view', 'events', 'list', 'cancel'),
  task: fc.nat(1_000),
  text: fc.constantFrom('a', 'b'),
  query: fc.constantFrom('', '?limit=0', '?wait=0'),
});

/** All ids of tasks that a response contains. */
function idsIn(text: string): string[] {
  // Of a problem, `request_id` identifies the request.
  const name = text.includes('urn:primes:problem:') ? 'task_id' : 'request_id';
  return [...text.matchAll(new RegExp(`"${name}":"([^"]+)"`, 'g'))].map(([, id = '']) => id);
}

async function make(tasks: Map<string, Expected>, { who, kind, task, text, query }: Call): Promise<void> {
  const known = [...tasks.keys()];
  const id = known[task % known.length] ?? '00000000-0000-4000-8000-000000000000';
  const target = tasks.get(id);
  const headers = as[who];
  const isMine = target?.owner === who;
  if (kind === 'submit' || kind === 'replay') {
    const key = kind === 'replay' ? { 'idempotency-key': `key-${task % 3}` } : {};
    const { status, body } = await api.send(post({ text }, { ...headers, ...key }));
    const [received = ''] = idsIn(body);
    if (status === 202) {
      expect(tasks.has(received)).toBe(false);
      tasks.set(received, { owner: who, cancelled: false });
    } else {
      expect(kind === 'replay' ? [200, 409] : []).toContain(status);
      expect(tasks.get(received)?.owner).toBe(who);
    }
  } else if (kind === 'list') {
    for (const status of ['', '&status=pending', '&status=cancelled']) {
      const { body } = await api.send({ path: `/tasks?limit=100${status}`, headers });
      const own = [...tasks].filter(([, { owner, cancelled }]) =>
        owner !== who ? false : status === '' || cancelled === status.endsWith('cancelled'),
      );
      expect(idsIn(body).sort()).toEqual(own.map(([each]) => each).sort());
    }
  } else if (kind === 'cancel') {
    const { status } = await api.send({ method: 'DELETE', path: `/tasks/${id}`, headers });
    expect(status).toBe(isMine ? (target.cancelled ? 409 : 202) : 404);
    if (isMine) target.cancelled = true;
  } else {
    const path = kind === 'view' ? `/tasks/${id}${query}` : `/tasks/${id}/events`;
    const { status, body } = await api.send({ method: kind === 'view' ? 'GET' : 'HEAD', path, headers });
    expect(status).toBe(isMine ? 200 : 404);
    if (kind === 'view') expect(idsIn(body)).toEqual(isMine ? [id] : []);
  }
}

it('shows nobody the task of another principal, and lets nobody change it', async () => {
  const tasks = new Map<string, Expected>();
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 15, maxLength: 15 }), async (calls) => {
      for (const each of calls) await make(tasks, each);
    }),
    // The tasks of all runs accumulate, so a failing run cannot be repeated alone.
    { numRuns: 30, endOnFailure: true },
  );
  expect(tasks.size).toBeGreaterThan(60);
  for (const [id, { owner, cancelled }] of tasks) {
    const data = (await api.tasks.getJob(id))?.data as JobData | undefined;
    expect(data).toMatchObject({ principal: owner });
    expect([id, data?.cancelledAt !== undefined]).toEqual([id, cancelled]);
  }
});
