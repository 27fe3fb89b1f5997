import {
  COMPUTE_JOB,
  ProblemSchema,
  TaskListSchema,
  type TaskStatus,
  type TaskSummary,
} from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import { setUp } from './set-up.ts';

/** What became of each task. */
const expected = new Map<string, TaskStatus>();
const api = await setUp(async (keep) => {
  const started = keep(await startApi());
  await using worker = await handWorker(started);
  await submitAll(started);
  await moveOn(started, worker);
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

/** 160 tasks, to start by priority, so that they end in another order than they came. */
async function submitAll({ submit }: TestApi): Promise<void> {
  for (let i = 0; i < 160; i++) {
    const { request_id: id } = await submit({ n: i + 1, priority: i % 2 === 0 ? 0 : (i * 37) % 101 });
    expected.set(id, 'pending');
  }
}

async function moveOn(started: TestApi, worker: Awaited<ReturnType<typeof handWorker>>): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const task = await worker.take();
    await (i < 40 ? task.complete() : task.fail('timeout'));
    expected.set(task.id, i < 40 ? 'done' : 'failed');
  }
  for (let i = 0; i < 10; i++) expected.set((await worker.take()).id, 'processing');
  // Some are cancelled while they run, half of those with a worker that does not hear it.
  const running = [];
  for (let i = 0; i < 20; i++) running.push(await worker.take());
  const cancel = async (id: string) => {
    expected.set(id, 'cancelled');
    expect(await started.send({ method: 'DELETE', path: `/tasks/${id}` })).toMatchObject({ status: 202 });
  };
  const cancels = running.map(({ id }) => cancel(id));
  for (const task of running.slice(10)) {
    await eventually(async () => {
      expect(await started.view(task.id)).toMatchObject({ status: 'cancelled' });
    });
    await task.end(new UnrecoverableError('cancelled'));
  }
  await Promise.all(cancels);
  const pending = [...expected].filter(([, status]) => status === 'pending').map(([id]) => id);
  await Promise.all(pending.slice(0, 15).map(cancel));
}

describe('GET /tasks', () => {
  it.each([7, 100])('in pages of %d has every task once', async (limit) => {
    const { tasks, truncated } = await pages(`limit=${limit}`);
    expect(tasks).toHaveLength(expected.size);
    expect(new Map(tasks.map(({ request_id: id, status }) => [id, status]))).toEqual(expected);
    expect(truncated).toBe(false);
  });

  it.each(['pending', 'processing', 'done', 'failed', 'cancelled'] as const)(
    'status=%s in pages of 3 has every such task once',
    async (status) => {
      const wanted = [...expected].filter(([, each]) => each === status).map(([id]) => id);
      const { tasks } = await pages(`status=${status}&limit=3`);
      expect(wanted.length).toBeGreaterThan(8);
      expect(tasks.map(({ request_id: id }) => id).sort()).toEqual(wanted.sort());
      for (const task of tasks)
        expect(task).toMatchObject({ status, error: status === 'failed' ? {} : null });
    },
  );

  it('gives 20 a page, those that ended last first', async () => {
    const { tasks } = await page('status=done');
    expect(tasks).toHaveLength(20);
    const ends = tasks.map((task) => String(task.finished_at));
    expect(ends).toEqual([...ends].sort().reverse());
  });

  it('has neither results nor repairs', async () => {
    await api.tasks.add('repair', { version: 1 }, { jobId: 'repair-5' });
    const { text } = await api.http('get', '/tasks?limit=100').expect(200);
    expect(text).not.toContain('"result"');
    expect((await pages('limit=100')).tasks).toHaveLength(expected.size);
    await api.tasks.remove('repair-5');
  });

  it('goes on while the queue is paused', async () => {
    await api.tasks.pause();
    expect((await pages('status=pending')).tasks.length).toBeGreaterThan(8);
    await api.tasks.resume();
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['not base64', '?cursor=%00'],
    ['empty', '?cursor='],
    ['no list', `?cursor=${encoded({ state: 0, offset: 0 })}`],
    ['negative', `?status=done&cursor=${encoded([0, -1])}`],
    ['a fraction', `?status=done&cursor=${encoded([0, 0.5])}`],
    ['text', `?status=done&cursor=${encoded(['0', '0'])}`],
    ['too large', `?status=done&cursor=${encoded([0, 2 ** 53])}`],
    ['no state of it', `?status=done&cursor=${encoded([6, 0])}`],
    ['of a list of one status', `?cursor=${encoded([0, 0])}`],
    ['of the list of all', `?status=done&cursor=${encoded([0, 0, 0, 0, 0, 0])}`],
  ])('refuses a cursor that is %s', async (_name, query) => {
    const answer = await api.http('get', `/tasks${query}`).expect(422);
    expect(ProblemSchema.parse(answer.body).errors?.[0]?.field).toBe('cursor');
  });

  it('a cursor beyond the end gives an empty last page', async () => {
    for (const query of [
      `status=done&cursor=${encoded([0, Number.MAX_SAFE_INTEGER])}`,
      `status=cancelled&cursor=${encoded([4, 100_000])}`,
      `cursor=${encoded([900, 0, 0, 100, 0, 0])}`,
    ]) {
      expect(await pages(query)).toMatchObject({ tasks: [] });
    }
  });

  it('is truncated at 1,000 unless a status is given', async () => {
    const [id = ''] = expected.keys();
    const data = (await api.tasks.getJob(id))?.data as object;
    const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    await api.tasks.addBulk(
      Array.from({ length: 1_000 }, (_, i) => ({ name: COMPUTE_JOB, data, opts: { jobId: uuid(i) } })),
    );
    const all = await pages('limit=100');
    expect(new Set(all.tasks.map((task) => task.request_id)).size).toBe(1_000);
    expect(all).toMatchObject({ truncated: true, tasks: { length: 1_000 } });
    expect(all.tasks[0]?.request_id).toBe(uuid(999));
    const left = [...expected.values()].filter((status) => status === 'pending').length;
    const waiting = await pages('status=pending&limit=100');
    expect(waiting).toMatchObject({ truncated: false, tasks: { length: 1_000 + left } });
  });
});
