import { COMPUTE_JOB, ProblemSchema, type TaskStatus } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { TaskListSchema, type TaskSummary } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

/** The status of each task. */
const expected = new Map<string, TaskStatus>();
const api = await setUp(async (keep) => {
  const started = keep(await startApi());
  await using worker = await manualWorker(started);
  await submitAll(started);
  await endSome(started, worker);
  return started;
});

async function page(query: string) {
  return TaskListSchema.parse((await api.http('get', `/tasks?${query}`).expect(200)).body);
}

/** Follows the cursors to the end. */
async function pages(query: string) {
  const tasks: TaskSummary[] = [];
  let last = await page(query);
  tasks.push(...last.tasks);
  while (last.next_cursor !== null) {
    last = await page(`${query}&cursor=${last.next_cursor}`);
    tasks.push(...last.tasks);
  }
  return { tasks, truncated: last.truncated };
}

/** Submits 160 tasks with priorities, so that they end in another order. */
async function submitAll({ submit }: TestApi): Promise<void> {
  for (let i = 0; i < 160; i++) {
    const { request_id: id } = await submit({ text: String(i), priority: i % 2 === 0 ? 0 : (i * 37) % 101 });
    expected.set(id, 'pending');
  }
}

async function endSome(started: TestApi, worker: Awaited<ReturnType<typeof manualWorker>>): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const task = await worker.take();
    await (i < 40 ? task.complete() : task.fail('timeout'));
    expected.set(task.id, i < 40 ? 'done' : 'failed');
  }
  for (let i = 0; i < 10; i++) expected.set((await worker.take()).id, 'processing');
  // Some are cancelled while they run, half of these with a worker that does not react.
  const running = [];
  for (let i = 0; i < 20; i++) running.push(await worker.take());
  const cancel = async (id: string) => {
    expect(await started.send({ method: 'DELETE', path: `/tasks/${id}` })).toMatchObject({ status: 202 });
  };
  const cancels = running.map(({ id }) => cancel(id));
  for (const [i, task] of running.entries()) {
    expected.set(task.id, i < 10 ? 'processing' : 'cancelled');
    if (i < 10) continue;
    await eventually(async () => {
      expect((await started.tasks.getJob(task.id))?.data).toHaveProperty('cancelledAt');
    });
    await task.cancel();
  }
  await Promise.all(cancels);
  const pending = [...expected].filter(([, status]) => status === 'pending').map(([id]) => id);
  for (const id of pending.slice(0, 15)) expected.set(id, 'cancelled');
  await Promise.all(pending.slice(0, 15).map(cancel));
}

describe('GET /tasks', () => {
  it.each([7, 100])('contains every task once in pages of %d', async (limit) => {
    const { tasks, truncated } = await pages(`limit=${limit}`);
    expect(tasks).toHaveLength(expected.size);
    expect(new Map(tasks.map(({ request_id: id, status }) => [id, status]))).toEqual(expected);
    expect(truncated).toBe(false);
  });

  it.each(['pending', 'processing', 'done', 'failed', 'cancelled'] as const)(
    'contains every task with status=%s once in pages of 3',
    async (status) => {
      const wanted = [...expected].filter(([, each]) => each === status).map(([id]) => id);
      const { tasks } = await pages(`status=${status}&limit=3`);
      expect(wanted.length).toBeGreaterThan(8);
      expect(tasks.map(({ request_id: id }) => id).sort()).toEqual(wanted.sort());
      for (const task of tasks)
        expect(task).toMatchObject({ status, error: status === 'failed' ? {} : null });
    },
  );

  it('returns 20 tasks a page, the last ended first', async () => {
    const { tasks } = await page('status=done');
    expect(tasks).toHaveLength(20);
    const ends = tasks.map((task) => String(task.finished_at));
    expect(ends).toEqual([...ends].sort().reverse());
  });

  it('contains neither results nor repairs', async () => {
    await api.tasks.add('repair', { version: 1 }, { jobId: 'repair-5' });
    const { text } = await api.http('get', '/tasks?limit=100').expect(200);
    expect(text).not.toContain('"result"');
    expect((await pages('limit=100')).tasks).toHaveLength(expected.size);
    await api.tasks.remove('repair-5');
  });

  it('works while the queue is paused', async () => {
    await api.tasks.pause();
    expect((await pages('status=pending')).tasks.length).toBeGreaterThan(8);
    await api.tasks.resume();
  });

  it.each([
    ['waiting', {}],
    ['prioritized', { priority: 3 }],
  ])('contains every %s task although each is cancelled after it was read', async (_state, kind) => {
    await using own = await startApi();
    const left = new Set<string>();
    for (let i = 0; i < 12; i++) left.add((await own.submit({ text: 'a', ...kind })).request_id);
    const first = 'status=pending&limit=2';
    for (let query: string | undefined = first; query !== undefined;) {
      const { body } = await own.http('get', `/tasks?${query}`).expect(200);
      const { tasks, next_cursor: cursor } = TaskListSchema.parse(body);
      for (const { request_id: id } of tasks) {
        left.delete(id);
        await own.http('delete', `/tasks/${id}`).expect(202);
      }
      // New tasks are added in front of the others.
      if (left.size > 6) await own.submit({ text: 'a' });
      query = cursor === null ? undefined : `${first}&cursor=${cursor}`;
    }
    expect([...left]).toEqual([]);
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['not base64', '?cursor=%00'],
    ['empty', '?cursor='],
    ['not a list', `?cursor=${encoded({ state: 0, offset: 0 })}`],
    ['negative', `?status=done&cursor=${encoded([0, -1, 0])}`],
    ['a fraction', `?status=done&cursor=${encoded([0, 0.5, 0])}`],
    ['text', `?status=done&cursor=${encoded(['0', '0', '0'])}`],
    ['too large', `?status=done&cursor=${encoded([0, 2 ** 53, 0])}`],
    ['not a state of the status', `?status=done&cursor=${encoded([6, 0, 0])}`],
    ['of a list of one status', `?cursor=${encoded([0, 0])}`],
    ['of the list of all', `?status=done&cursor=${encoded([0, 0, 0, 0, 0, 0])}`],
  ])('rejects a cursor that is %s', async (_name, query) => {
    const response = await api.http('get', `/tasks${query}`).expect(422);
    expect(ProblemSchema.parse(response.body).errors?.[0]?.field).toBe('cursor');
  });

  it('returns an empty last page for a cursor beyond the end', async () => {
    for (const query of [
      `status=done&cursor=${encoded([0, Number.MAX_SAFE_INTEGER, 0])}`,
      `status=cancelled&cursor=${encoded([0, 100_000, 0])}`,
      `cursor=${encoded(Array(6).fill(2 ** 53 - 1))}`,
    ]) {
      expect(await pages(query)).toMatchObject({ tasks: [] });
    }
  });

  it('contains more than 1,000 tasks, with and without a status', async () => {
    const [id = ''] = expected.keys();
    const data = (await api.tasks.getJob(id))?.data as object;
    const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    await api.tasks.addBulk(
      Array.from({ length: 1_000 }, (_, i) => ({ name: COMPUTE_JOB, data, opts: { jobId: uuid(i) } })),
    );
    const all = await pages('limit=100');
    expect(new Set(all.tasks.map((task) => task.request_id)).size).toBe(1_000 + expected.size);
    expect(all).toMatchObject({ truncated: false, tasks: { length: 1_000 + expected.size } });
    expect(all.tasks[0]?.request_id).toBe(uuid(999));
    const left = [...expected.values()].filter((status) => status === 'pending').length;
    const waiting = await pages('status=pending&limit=100');
    expect(waiting).toMatchObject({ truncated: false, tasks: { length: 1_000 + left } });
  });
});
