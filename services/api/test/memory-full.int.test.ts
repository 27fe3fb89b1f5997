import { ProblemSchema } from '@primes/contracts';
import { eventually, startRedis, type ServiceProcess } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { describe, expect, it, jest } from '@jest/globals';
import { QueueDepth } from '../src/queue/queue-depth.ts';
import { TaskQueues } from '../src/queue/task-queues.ts';
import { startApi } from './api.ts';
import type { Sent } from './http-client.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

// A few thousand tasks on a busy machine.
jest.setTimeout(120_000);

const MAX_MEMORY = 8 * 2 ** 20;
/** In a Redis this small, the watermark leaves 2 MiB free instead of 15 %. */
const WATERMARK = 0.75;
const CONFIG = { MAX_QUEUED: undefined, KEEP_TASKS: undefined, REDIS_MEMORY_WATERMARK_PERCENT: 85 };

const { api, other, receiver } = await setUp(async (keep) => {
  const own = keep(await startRedis());
  const env = { REDIS_URL: own.url, MAX_QUEUED: '1000000', WEBHOOK_ALLOWED_HOSTS: 'localhost' };
  const started = keep(await startApi(env));
  await started.redis.config('SET', 'maxmemory', String(MAX_MEMORY));
  return { api: started, other: await started.start('api'), receiver: keep(await startReceiver()) };
});

const post = (body: object): Sent => ({
  method: 'POST',
  path: '/tasks',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The number of tasks that a worker has completed. */
async function endedBy({ url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^echo_task_submissions_total\{.*status="completed".*\} (\d+)$/m.exec(text)?.[1]);
}

async function memory(): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await api.redis.info('memory'))?.[1]);
}

/** Makes completed tasks a minute older, in the set and in the job, because BullMQ reads both. */
async function age(): Promise<void> {
  const then = Date.now() - 60_000;
  for (const id of await api.redis.zrange(api.tasks.toKey('completed'), 0, '-1')) {
    await api.redis.hset(api.tasks.toKey(id), 'finishedOn', then);
    await api.redis.zadd(api.tasks.toKey('completed'), then, id);
  }
}

/** Submits until a task is accepted: ended tasks free memory once they are 10 s old. */
const accepted = () => eventually(() => api.submit({ text: 'a' }), { timeoutMs: 30_000 });

/** Submits until the status is not 202; returns the number of accepted tasks and the last response. */
async function fill(url: string, bodies: readonly object[]) {
  let accepted = 0;
  let rejection: { status: number; headers: Headers; body: string } | undefined;
  const client = async () => {
    for (let turn = 0; !rejection; turn++) {
      const response = await fetch(`${url}/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(bodies[turn % bodies.length]),
      });
      const text = await response.text();
      if (response.status === 202) accepted++;
      else rejection ??= { status: response.status, headers: response.headers, body: text };
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
  return { accepted, rejection };
}

describe('while the memory of Redis is above the watermark', () => {
  it('rejects new tasks, so that waiting tasks can complete', async () => {
    const long = receiver.url(`/${'x'.repeat(1_000)}`);
    const bodies = [
      { text: 'a' },
      { text: 'a', callback_url: receiver.url('/hook') },
      { text: 'a', callback_url: long },
    ];
    const filled = await Promise.all([api.url, other.url].map((url) => fill(url, bodies)));
    const count = filled.reduce((sum, each) => sum + each.accepted, 0);
    for (const { rejection } of filled) {
      expect([rejection?.status, rejection?.headers.get('retry-after')]).toEqual([503, '5']);
      expect(ProblemSchema.parse(JSON.parse(rejection?.body ?? '{}'))).toMatchObject({
        type: 'urn:primes:problem:queue_full',
        title: 'Queue is full',
        detail: 'Redis memory is above the watermark; the rest is reserved for accepted tasks',
      });
    }
    expect(count).toBeGreaterThan(500);
    expect(await api.metric('echo_submissions_refused_total', /reason="memory"/)).toBeGreaterThan(0);
    // Between two samples, neither api sees the tasks that the other adds.
    expect((await memory()) / MAX_MEMORY).toBeLessThan(WATERMARK + 0.1);
    // Other requests are served.
    await api.http('get', '/tasks').expect(200);

    const worker = await api.start('worker');
    let most = 0;
    await eventually(
      async () => {
        most = Math.max(most, await memory());
        const { waiting, active, delayed, failed } = await api.tasks.getJobCounts();
        expect({ waiting, active, delayed, failed }).toEqual({
          waiting: 0,
          active: 0,
          delayed: 0,
          failed: 0,
        });
        expect(await endedBy(worker)).toBe(count);
      },
      { timeoutMs: 60_000 },
    );
    expect(most).toBeLessThan(MAX_MEMORY);
    expect(worker.logs.map(({ msg }) => msg)).not.toContain('redis rejects commands');
    await accepted();
  });

  it('limits ended tasks to their share of memory, with any outcome', async () => {
    const kept = Math.floor((MAX_MEMORY * 0.35) / 7_365);
    await eventually(async () => {
      expect((await api.tasks.getJobCounts())['completed']).toBeLessThanOrEqual(kept);
      expect((await api.webhooks.getJobCounts())['completed']).toBeLessThanOrEqual(kept);
    });
    expect((await api.tasks.getJobCounts())['completed']).toBeGreaterThan(100);
  });

  it('removes ended tasks only if that brings memory below the watermark', async () => {
    await age();
    const ended = () => api.tasks.getJobCountByTypes('completed');
    const before = await ended();
    const queues = new TaskQueues(api.redis, echo.name, {
      clock: Date,
      QUEUE_PREFIX: api.prefix,
      RETENTION_SECONDS: 60,
    });
    const depth = new QueueDepth(queues, api.redis, CONFIG);
    depth.close();
    const task = { timeoutSeconds: 1, priority: 0, callbackUrl: null };

    await api.redis.setrange('other', MAX_MEMORY, 'x');
    await depth.sampleAndTrim();
    expect(depth.rejectionOf([task])?.reason).toBe('memory');
    expect(await ended()).toBe(before);

    await api.redis.del('other');
    await depth.sampleAndTrim();
    for (let i = 0; !depth.rejectionOf([task]); i++) {
      await api.redis.setrange(`other:${i}`, 2 ** 16, 'x');
      await depth.sampleAndTrim();
    }
    expect(await ended()).toBeLessThan(before);
    await api.redis.del('other', ...(await api.redis.keys('other:*')));
    await accepted();
  });

  it('serves requests that need no memory while Redis is at maxmemory, and all requests afterwards', async () => {
    await api.tasks.pause();
    const { request_id: left } = await accepted();
    await api.redis.setrange('other', MAX_MEMORY - (await memory()), 'x');
    await expect(api.redis.set('more', 'x')).rejects.toThrow(/^OOM/);
    await eventually(async () => {
      const { status, body } = await api.send(post({ text: 'a' }));
      expect([status, body]).toEqual([503, expect.stringContaining('queue_full')]);
    });
    await api.http('get', `/tasks/${left}`).expect(200);
    await api.http('get', '/tasks').expect(200);
    const { status } = await api.send({ method: 'DELETE', path: `/tasks/${left}` });
    expect([200, 202, 503]).toContain(status);
    await api.redis.del('other');
    await accepted();
    await api.tasks.resume();
  });
});
