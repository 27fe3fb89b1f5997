import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => {
  const started = keep(await startApi());
  await started.start('worker');
  return started;
});

describe('a task from submission to result', () => {
  it('is accepted with its location, and completes with ordered times', async () => {
    const options = { text: 'hello', steps: 3, priority: 3, timeout_seconds: 60 };
    const accepted = await api.http('post', '/tasks').send(options).expect(202);
    const { request_id: id } = accepted.body as { request_id: string };
    expect(accepted.headers).toMatchObject({ location: `/tasks/${id}`, 'retry-after': '1' });
    expect(accepted.body).toMatchObject({ ...options, status: 'pending', error: null });
    expect(accepted.body).not.toHaveProperty('result');
    const view = await api.view(id, 'wait=30');
    const result = { text: 'hello', steps: 3 };
    expect(view).toMatchObject({ ...options, status: 'done', progress: 100, error: null, result });
    const times = [view.created_at, view.started_at, view.finished_at].map(String);
    expect(times.toSorted()).toEqual(times);
  });

  it('shows default options', async () => {
    const { request_id: id } = await api.submit({ text: 'hello' });
    expect(await api.view(id)).toMatchObject({ steps: 1, priority: 0, timeout_seconds: 600 });
  });
});

describe('?wait=', () => {
  it('responds once the task has ended', async () => {
    await api.tasks.pause();
    const { request_id: id } = await api.submit({ text: 'a' });
    // Longer than the test's timeout, so only the end of the task can end them.
    const waiting = ['wait=60', 'wait=60&limit=0'].map((query) => api.view(id, query));
    // A later request has completed, so the long-polls are waiting.
    await api.view(id);
    await api.tasks.resume();
    const results = (await Promise.all(waiting)).map(({ status, result }) => ({ status, result }));
    expect(results).toEqual([
      { status: 'done', result: { text: 'a', steps: 1 } },
      { status: 'done', result: null },
    ]);
  });

  it('responds with the current state when the time is up', async () => {
    await api.tasks.pause();
    const { request_id: id } = await api.submit({ text: 'a' });
    const { body, headers } = await api.send({ path: `/tasks/${id}?wait=1` });
    expect(JSON.parse(body)).toMatchObject({ status: 'pending', result: null });
    expect(headers['retry-after']).toBe('1');
    await api.tasks.resume();
    expect(await api.view(id, 'wait=60')).toMatchObject({ status: 'done' });
  });
});
