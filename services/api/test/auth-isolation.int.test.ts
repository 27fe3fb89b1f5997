import { expect, it } from '@jest/globals';
import type { JobData, SubmittedBatch, TaskList } from '@primes/contracts';
import fc from 'fast-check';
import type { Sent } from './http-client.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const PRINCIPALS = ['alice', 'bob', 'carol'] as const;
type Name = (typeof PRINCIPALS)[number];

const { api, as } = await setUp(async (keep) => {
  const keys = keep(
    await keyFile({
      ...{ alice: ['submit', 'read'], bob: ['submit', 'read'], carol: ['submit', 'read'] },
      ...{ operator: ['operate'], auditor: ['read-all'] },
    }),
  );
  return { api: keep(await startApiWithKeys(keys.file)), as: keys.as };
});

/** What must be true of each task. */
interface Expected {
  readonly owner: Name;
  readonly batch: string | undefined;
  cancelled: boolean;
}

const KINDS = [
  ...(['submit', 'replay', 'wait', 'batch', 'view', 'events'] as const),
  ...(['list', 'list-batch', 'filter', 'cancel', 'operate'] as const),
] as const;

/** A call of one principal. `task` chooses one of all tasks, including those of others. */
interface Call {
  readonly who: Name;
  readonly kind: (typeof KINDS)[number];
  readonly task: number;
  readonly text: string;
  readonly query: string;
}

const call: fc.Arbitrary<Call> = fc.record({
  who: fc.constantFrom(...PRINCIPALS),
  kind: fc.constantFrom(...KINDS),
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

/** All calls of operators, also for the task of another principal. */
function operatorCalls(id: string): Sent[] {
  const many = (path: string, body: object) => ({ ...post(body), path });
  return [
    ...['/queue', '/workers', '/tasks/failures', '/webhooks/dead', '/audit'].map((path) => ({ path })),
    ...['/queue/pause', `/tasks/${id}/retry`, `/webhooks/dead/${id}/redeliver`].map((path) => many(path, {})),
    many('/webhooks/dead/redeliver', {}),
    many('/tasks/actions', { action: 'cancel', filter: { status: 'pending' } }),
    many('/tasks/actions', { action: 'retry', filter: { status: 'cancelled' }, dry_run: true }),
  ];
}

/** A request of one of the three principals: no answer names the owner of a task, not even of one's own. */
async function send(sent: Sent) {
  const response = await api.send(sent);
  expect(response.body).not.toContain('"principal":');
  return response;
}

async function make(tasks: Map<string, Expected>, { who, kind, task, text, query }: Call): Promise<void> {
  const known = [...tasks.keys()];
  const id = known[task % known.length] ?? '00000000-0000-4000-8000-000000000000';
  const target = tasks.get(id);
  const headers = as[who];
  const isMine = target?.owner === who;
  const key = kind === 'submit' ? {} : { 'idempotency-key': `key-${task % 3}` };
  if (kind === 'submit' || kind === 'replay' || kind === 'wait') {
    const prefer = kind === 'wait' ? { prefer: 'wait=1' } : {};
    const { status, body } = await send(post({ text }, { ...headers, ...key, ...prefer }));
    const [received = ''] = idsIn(body);
    if (status === 202) {
      expect(tasks.has(received)).toBe(false);
      tasks.set(received, { owner: who, batch: undefined, cancelled: false });
    } else {
      expect(kind === 'submit' ? [] : [200, 409]).toContain(status);
      expect(tasks.get(received)?.owner).toBe(who);
    }
  } else if (kind === 'batch') {
    const sent = { ...post([{ text }, { text: 'c' }], { ...headers, ...key }), path: '/tasks/batch' };
    const { status, body } = await send(sent);
    const { batch_id: batch, request_ids: ids = [] } = JSON.parse(body) as Partial<SubmittedBatch>;
    expect([200, 202, 409]).toContain(status);
    for (const each of ids) {
      if (status === 202) tasks.set(each, { owner: who, batch, cancelled: false });
      expect(tasks.get(each)).toMatchObject({ owner: who, batch });
    }
    const [known] = [...tasks.values()].filter((each) => each.batch === batch);
    expect(known?.owner).toBe(who);
  } else if (kind === 'list-batch') {
    const batch = target?.batch ?? '00000000-0000-4000-8000-000000000000';
    const { body } = await send({ path: `/tasks?batch=${batch}`, headers });
    const own = [...tasks].filter(([, each]) => each.batch === batch && each.owner === who);
    expect(idsIn(body).sort()).toEqual(own.map(([each]) => each).sort());
    const { counts } = JSON.parse(body) as TaskList;
    expect(Object.values(counts ?? {}).reduce((sum, each) => sum + each, 0)).toBe(own.length);
  } else if (kind === 'filter') {
    const { body } = await send({ path: `/tasks?limit=100&text=${text}&principal=${who}`, headers });
    for (const each of idsIn(body)) expect(tasks.get(each)?.owner).toBe(who);
    for (const other of PRINCIPALS.filter((each) => each !== who)) {
      const { status } = await send({ path: `/tasks?principal=${other}`, headers });
      expect(status).toBe(422);
    }
  } else if (kind === 'operate') {
    const calls = operatorCalls(id);
    const sent = calls[task % calls.length] ?? { path: '/queue' };
    const { status, body } = await send({ ...sent, headers: { ...sent.headers, ...headers } });
    expect(status).toBe(403);
    expect(idsIn(body)).toEqual([]);
  } else if (kind === 'list') {
    for (const status of ['', '&status=pending', '&status=cancelled']) {
      const { body } = await send({ path: `/tasks?limit=100${status}`, headers });
      const own = [...tasks].filter(([, { owner, cancelled }]) =>
        owner !== who ? false : status === '' || cancelled === status.endsWith('cancelled'),
      );
      expect(idsIn(body).sort()).toEqual(own.map(([each]) => each).sort());
    }
  } else if (kind === 'cancel') {
    const { status } = await send({ method: 'DELETE', path: `/tasks/${id}`, headers });
    expect(status).toBe(isMine ? (target.cancelled ? 409 : 202) : 404);
    if (isMine) target.cancelled = true;
  } else {
    const path = kind === 'view' ? `/tasks/${id}${query}` : `/tasks/${id}/events`;
    const { status, body } = await send({ method: kind === 'view' ? 'GET' : 'HEAD', path, headers });
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
  // 66 are expected, with a standard deviation of 6.
  expect(tasks.size).toBeGreaterThan(30);
  for (const [id, { owner, cancelled }] of tasks) {
    const data = (await api.tasks.getJob(id))?.data as JobData | undefined;
    expect(data).toMatchObject({ principal: owner });
    expect([id, data?.cancelledAt !== undefined]).toEqual([id, cancelled]);
  }
  await showsOwners(tasks);
});

/** Those who may see the tasks of all are told whose each one is. */
async function showsOwners(tasks: ReadonlyMap<string, Expected>): Promise<void> {
  // The stream of an ended task ends too.
  const [id = '', { owner } = {}] = [...tasks].find(([, { cancelled }]) => cancelled) ?? [];
  const { batch } = [...tasks.values()].find((each) => each.batch !== undefined) ?? {};
  for (const headers of [as.operator, as.auditor]) {
    const read = async (path: string) => (await api.send({ path, headers })).body;
    expect(JSON.parse(await read(`/tasks/${id}`))).toMatchObject({ request_id: id, principal: owner });
    expect(await read(`/tasks/${id}/events`)).toContain(`"principal":"${owner}"`);
    for (const query of ['', '&status=cancelled', `&batch=${batch}`]) {
      const list = JSON.parse(await read(`/tasks?limit=100${query}`)) as TaskList;
      expect(list.tasks.length).toBeGreaterThan(0);
      for (const each of list.tasks) expect(each.principal).toBe(tasks.get(each.request_id)?.owner);
    }
  }
}
