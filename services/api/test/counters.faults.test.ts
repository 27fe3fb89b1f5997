import { TaskStatsSchema, type TaskStats } from '@primes/contracts';
import { eventually, startRedis, startTcpProxy } from '@primes/testing';
import { describe, expect, it, jest } from '@jest/globals';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

// Another worker takes a killed worker's tasks after 8 to 25 s.
jest.setTimeout(120_000);

const { server, proxy, api, gateway } = await setUp(async (keep) => {
  const server = keep(await startRedis());
  const proxy = keep(await startTcpProxy(server.port));
  const api = keep(await startApi({ REDIS_URL: server.url }));
  return { server, proxy, api, gateway: await api.start('metrics-gateway') };
});

/** The counts of a sample that a gateway has begun after this call. */
async function stats({ url } = gateway): Promise<TaskStats> {
  const called = performance.now();
  return eventually(async () => {
    const now = TaskStatsSchema.parse(await (await fetch(`${url}/api/metrics/task-stats`)).json());
    expect(now.sample_age_seconds).toBeLessThan((performance.now() - called) / 1_000);
    return now;
  });
}

/** The increase of the counters, once no task is waiting or running. */
async function since(before: TaskStats): Promise<Pick<TaskStats, 'done' | 'failed' | 'cancelled' | 'total'>> {
  const after = await eventually(
    async () => {
      const now = await stats();
      expect([now.pending, now.processing]).toEqual([0, 0]);
      return now;
    },
    { timeoutMs: 60_000 },
  );
  return {
    done: after.done - before.done,
    failed: after.failed - before.failed,
    cancelled: after.cancelled - before.cancelled,
    total: after.total - before.total,
  };
}

/** Waits until this many of the tasks submitted since then have ended. */
async function ended(before: TaskStats, count: number): Promise<void> {
  await eventually(
    async () => {
      expect((await stats()).done - before.done).toBeGreaterThanOrEqual(count);
    },
    { timeoutMs: 60_000, intervalMs: 5 },
  );
}

async function submit(count: number): Promise<void> {
  for (let i = 0; i < count; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, j) => api.submit({ text: String(i + j) })));
  }
}

describe('the counters of tasks', () => {
  it('are exact if workers are killed and connections are cut', async () => {
    const before = await stats();
    await submit(300);
    for (let round = 1; round <= 3; round++) {
      const worker = await api.start('worker', { REDIS_URL: proxy.url });
      await ended(before, round * 60);
      proxy.set('cut');
      proxy.set('pass');
      await ended(before, round * 60 + 30);
      worker.kill('SIGKILL');
      await worker.exited;
    }
    const last = await api.start('worker');
    expect(await since(before)).toEqual({ done: 300, failed: 0, cancelled: 0, total: 300 });
    last.kill('SIGTERM');
    await last.exited;
  });

  it('are exact if the memory of Redis is full while tasks end', async () => {
    const before = await stats();
    await using worker = await manualWorker(api);
    const waiting = await Promise.all(Array.from({ length: 6 }, () => api.submit({ text: 'a' })));
    const taken = [await worker.take(), await worker.take(), await worker.take()];
    await api.redis.config('SET', 'maxmemory', 1);
    const left = waiting.filter(({ request_id: id }) => taken.every((task) => task.id !== id));
    for (const { request_id: id } of left) {
      // Ending a task frees memory, so Redis does not reject it.
      const response = await api.http('delete', `/tasks/${id}`).expect(202);
      expect(response.body).toMatchObject({ status: 'cancelled' });
    }
    await api.redis.config('SET', 'maxmemory', 0);
    await eventually(async () => {
      expect((await stats()).cancelled - before.cancelled).toBe(3);
    });
    for (const task of taken) await api.redis.del(api.tasks.toKey(`${task.id}:lock`));
    for (const task of taken) await api.http('delete', `/tasks/${task.id}`).expect(202);
    expect(await since(before)).toEqual({ done: 0, failed: 0, cancelled: 6, total: 6 });
  });

  it('include a task that was added after its submission returned 503', async () => {
    await using slow = await startApi({
      REDIS_URL: proxy.url,
      QUEUE_PREFIX: api.prefix,
      REDIS_COMMAND_TIMEOUT_MS: '1000',
    });
    const before = await stats();
    proxy.set('hold');
    const refused = await slow.http('post', '/tasks').send({ text: 'a' }).expect(503);
    const { task_id: id } = refused.body as { task_id: string };
    proxy.set('pass');
    await eventually(async () => {
      expect(await api.tasks.getJob(id)).toBeDefined();
    });
    await eventually(async () => {
      expect((await stats()).total - before.total).toBe(1);
    });
    await api.http('delete', `/tasks/${id}`).expect(202);
    expect(await since(before)).toEqual({ done: 0, failed: 0, cancelled: 1, total: 1 });
  });

  it('distinguish cancelled from failed tasks, and exclude repairs', async () => {
    const before = await stats();
    const { request_id: waiting } = await api.submit({ text: 'a' });
    await api.http('delete', `/tasks/${waiting}`).expect(202);
    const raw = { task: {}, version: 1 };
    await api.tasks.add('compute', raw);
    await api.tasks.add('repair', raw, { removeOnFail: true });
    const worker = await api.start('worker');
    const { request_id: running } = await api.submit({ text: 'a', hold: 'never released' });
    await eventually(async () => {
      expect(await api.view(running)).toMatchObject({ status: 'processing' });
    });
    await api.http('delete', `/tasks/${running}`).expect(202);
    expect(await since(before)).toEqual({ done: 0, failed: 1, cancelled: 2, total: 3 });
    worker.kill('SIGTERM');
    await worker.exited;
  });

  it('survive a restart of everything except Redis', async () => {
    const before = await stats();
    expect(before.total).toBeGreaterThan(300);
    await using again = await startApi({ REDIS_URL: server.url, QUEUE_PREFIX: api.prefix });
    const after = await stats(await again.start('metrics-gateway'));
    expect({ ...after, sample_age_seconds: 0 }).toEqual({ ...before, sample_age_seconds: 0 });
  });
});
