import { randomUUID } from 'node:crypto';
import { release } from '@primes/testing/echo/run';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TaskView } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => {
  const started = keep(await startApi());
  await started.start('worker');
  return started;
});

const post = (body: object, headers: Record<string, string> = {}, to = api) =>
  to
    .http('post', '/tasks')
    .set({ prefer: 'wait=60', ...headers })
    .send(body);

describe('POST /tasks with Prefer: wait', () => {
  it('returns the task with its result, as GET does', async () => {
    const response = await post({ text: 'a', steps: 2 }).expect(200).expect('Preference-Applied', 'wait=55');
    const task = response.body as TaskView;
    expect(task).toMatchObject({ status: 'done', result: { text: 'a', steps: 2 } });
    expect(response.headers['location']).toBe(`/tasks/${task.request_id}`);
    expect(response.headers).not.toHaveProperty('retry-after');
    expect(await api.view(task.request_id, '')).toEqual(task);
  });

  it('misses no end of many tasks at once', async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, () => post({ text: 'a' }).expect(200)));
    expect(new Set(responses.map(({ body }) => (body as TaskView).status))).toEqual(new Set(['done']));
  });

  it('returns 202 if the task does not end in time', async () => {
    const hold = randomUUID();
    const response = await post({ text: 'a', hold }, { prefer: 'wait=1' }).expect(202);
    expect(response.headers).not.toHaveProperty('preference-applied');
    expect(response.headers['retry-after']).toBe('1');
    await release(api.redis, api.prefix, hold);
  });

  it.each([['wait=ten'], ['respond-async, return=minimal'], ['wait=0'], ['"'.repeat(100)]])(
    'ignores %s',
    async (prefer) => {
      const response = await post({ text: 'a' }, { prefer }).expect(202);
      expect(response.body).not.toHaveProperty('result');
      expect(response.headers).not.toHaveProperty('preference-applied');
    },
  );

  it('returns a failed and a cancelled task with its status', async () => {
    await using other = await startApi();
    await using worker = await manualWorker(other);
    for (const status of ['failed', 'cancelled'] as const) {
      const waiting = post({ text: 'a' }, { accept: 'text/csv' }, other)
        .expect(200)
        .then(({ body }) => body as TaskView);
      const task = await worker.take();
      await (status === 'failed' ? task.fail('timeout') : task.cancel());
      expect(await waiting).toMatchObject({ request_id: task.id, status, result: null });
    }
  });

  it('does not show a task to a principal that may only submit', async () => {
    await using keys = await keyFile({ alice: ['submit'] });
    await using other = await startApiWithKeys(keys.file);
    await other.start('worker');
    const response = await post({ text: 'a' }, keys.as.alice, other).expect(202);
    expect(response.headers).not.toHaveProperty('preference-applied');
    expect(response.body).not.toHaveProperty('result');
  });

  it('works for a repeated submission', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await post({ text: 'a' }, headers).expect(200);
    const again = await post({ text: 'a' }, headers).expect(200).expect('Preference-Applied', 'wait=55');
    expect(again.body).toEqual(first.body);
    await post({ text: 'b' }, headers).expect(409);
  });

  it('accepts the task with 202 if there is no slot for a long-poll', async () => {
    await using one = await startApi({ MAX_WATCHERS: '1' });
    const first = post({ text: 'a' }, {}, one).then((response) => response);
    await eventually(async () => {
      expect(await one.tasks.getJobCountByTypes('waiting')).toBe(1);
    });
    await eventually(() => post({ text: 'b' }, {}, one).expect(202));
    await using worker = await manualWorker(one);
    await (await worker.take()).complete();
    expect((await first).status).toBe(200);
  });

  it('returns 202 when the process stops', async () => {
    await using stopping = await startApi();
    const waiting = post({ text: 'a' }, {}, stopping)
      .expect(202)
      .then(({ body }) => body as TaskView);
    await eventually(async () => {
      expect(await stopping.tasks.getJobCountByTypes('waiting')).toBe(1);
    });
    stopping.process.kill('SIGTERM');
    expect(await waiting).toMatchObject({ status: 'pending' });
  });
});
