import { cancelChannel, countersKey } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi()));

const cancel = (id: string) => api.send({ method: 'DELETE', path: `/tasks/${id}` });

/** Until the queue has nothing more to do with the task. */
async function ended(id: string): Promise<void> {
  await eventually(async () => {
    expect((await api.tasks.getJob(id))?.finishedOn).toBeDefined();
  });
}

async function counters(): Promise<Record<string, number>> {
  const hash = await api.redis.hgetall(countersKey(api.prefix));
  return Object.fromEntries(Object.entries(hash).map(([field, value]) => [field, Number(value)]));
}

describe('DELETE /tasks/{id} while no worker is there', () => {
  it('shows the task as cancelled at once', async () => {
    const { request_id: id } = await api.submit({ n: 5 });
    const answer = await api.http('delete', `/tasks/${id}`).expect(202);
    expect(answer.body).toMatchObject({
      request_id: id,
      status: 'cancelled',
      finished_at: expect.any(String),
    });
    expect(await api.view(id, 'wait=60')).toMatchObject({ status: 'cancelled', result: null, error: null });
    expect(await cancel(id)).toMatchObject({ status: 409, body: expect.stringContaining('cancelled') });
  });

  it('is announced to every process, so that the one that has the task stops at once', async () => {
    const listener = api.redis.duplicate();
    const heard: string[] = [];
    listener.on('message', (_channel, id: string) => heard.push(id));
    await listener.subscribe(cancelChannel(api.prefix));
    const { request_id: id } = await api.submit({ n: 5 });
    await api.http('delete', `/tasks/${id}`).expect(202);
    await eventually(() => {
      expect(heard).toEqual([id]);
    });
    listener.disconnect();
    await using worker = await handWorker(api);
    for (let i = 0; i < 2; i++) await (await worker.take()).end(new UnrecoverableError('cancelled'));
  });

  it('answers once the worker that has the task has ended it', async () => {
    await using worker = await handWorker(api);
    const { request_id: id } = await api.submit({ n: 5 });
    const task = await worker.take();
    const answer = cancel(id);
    await eventually(async () => {
      expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
    });
    await task.end(new UnrecoverableError('cancelled'));
    expect(await answer).toMatchObject({ status: 202 });
    expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
  });

  it('answers 409 when the worker has completed it in the same moment: completed first wins', async () => {
    await using worker = await handWorker(api);
    for (let i = 0; i < 20; i++) {
      const { request_id: id } = await api.submit({ n: 5 });
      const task = await worker.take();
      const answer = cancel(id);
      await eventually(async () => {
        expect(await api.view(id)).toMatchObject({ status: 'cancelled' });
      });
      // Past its last look at the mark: nothing keeps it from completing.
      await task.complete();
      expect(await answer).toMatchObject({ status: 409, body: expect.stringContaining('The task is done') });
      expect(await api.view(id)).toMatchObject({ status: 'done' });
    }
  });

  it('does not wait for long for a worker that says nothing', async () => {
    await using worker = await handWorker(api);
    const { request_id: id } = await api.submit({ n: 5 });
    const task = await worker.take();
    expect(await cancel(id)).toMatchObject({ status: 202 });
    await task.end(new UnrecoverableError('cancelled'));
  });

  it('ends a task that waits for a retry without its backoff', async () => {
    await using worker = await handWorker(api);
    const { request_id: id } = await api.submit({ n: 5 });
    await (await worker.take()).end(new Error('a worker is lost'));
    expect(await (await api.tasks.getJob(id))?.getState()).toBe('delayed');
    expect(await cancel(id)).toMatchObject({ status: 202 });
    expect(await (await api.tasks.getJob(id))?.getState()).toBe('waiting');
    await (await worker.take()).end(new UnrecoverableError('cancelled'));
  });

  it.each(['done', 'failed'] as const)('answers 409 for a task that is %s', async (status) => {
    await using worker = await handWorker(api);
    const { request_id: id } = await api.submit({ n: 5 });
    const task = await worker.take();
    await (status === 'done' ? task.complete() : task.fail('invalid'));
    expect(await cancel(id)).toMatchObject({ status: 409, body: expect.stringContaining(`is ${status}`) });
    expect(await api.view(id)).toMatchObject({ status });
  });
});

describe('DELETE /tasks/{id} with a worker', () => {
  it('is carried out by a worker that starts later, and counted apart from failures', async () => {
    const { request_id: id } = await api.submit({ n: 5 });
    const { request_id: other } = await api.submit({ n: 5, priority: 1 });
    for (const each of [id, other]) await api.http('delete', `/tasks/${each}`).expect(202);
    const worker = await api.start('worker');
    await Promise.all([ended(id), ended(other)]);
    for (const each of [id, other])
      expect(await api.view(each)).toMatchObject({ status: 'cancelled', error: null });
    await eventually(async () => {
      expect(await counters()).toMatchObject({ cancelled: 2 });
    });
    expect(await counters()).not.toHaveProperty('failed');
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toMatch(/^prime_task_submissions_total\{status="cancelled".*\} 2$/m);
    expect(metrics).toMatch(/^prime_task_submissions_total\{status="failed".*\} 0$/m);
  });

  it('interrupts a task that runs in another process', async () => {
    const { completed = 0, cancelled = 0 } = await counters();
    const { request_id: id } = await api.submit({ n: 100_000_000 });
    await eventually(async () => {
      expect(await api.view(id)).toMatchObject({ status: 'processing' });
    });
    await api.http('delete', `/tasks/${id}`).expect(202);
    await ended(id);
    expect(await api.view(id)).toMatchObject({ status: 'cancelled', result: null });
    // Its threads are free again.
    await api.compute({ n: 10 });
    await eventually(async () => {
      expect(await counters()).toMatchObject({ completed: completed + 1, cancelled: cancelled + 1 });
    });
  });

  it('of tasks that complete in the same moment is always true', async () => {
    const before = await counters();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < 40; round++) {
      const tasks = await Promise.all(
        Array.from({ length: 5 }, async (_, i) => {
          const { request_id: id } = await api.submit({ n: 10 + i });
          // From before the worker has it to after it is done with it.
          for (let turn = 0; turn < (round + i) % 8; turn++) await new Promise(setImmediate);
          return { id, ...(await cancel(id)) };
        }),
      );
      for (const { id, status } of tasks) {
        await ended(id);
        const view = await api.view(id);
        expect([status, view.status]).toEqual(status === 202 ? [202, 'cancelled'] : [409, 'done']);
        outcomes[view.status] = (outcomes[view.status] ?? 0) + 1;
      }
    }
    await eventually(async () => {
      const after = await counters();
      for (const [field, status] of [
        ['completed', 'done'],
        ['cancelled', 'cancelled'],
      ] as const) {
        expect((after[field] ?? 0) - (before[field] ?? 0)).toBe(outcomes[status] ?? 0);
      }
      expect(after).not.toHaveProperty('failed');
    });
  }, 30_000);
});
