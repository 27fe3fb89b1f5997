import { randomUUID } from 'node:crypto';
import { COMPUTE_JOB, JOB_VERSION, endCounterOf, type JobData } from '@primes/contracts';
import { COUNT_ENDS, countingBackend } from '@primes/service-kit';
import { startCluster } from '@primes/testing';
import { echo } from '@primes/testing/echo';
import { Job, Queue } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import type { TaskJob } from '../src/queue/task-queues.ts';
import { withdraw } from '../src/queue/withdraw.ts';
import { setUp } from './set-up.ts';

const { cluster } = await setUp(async (keep) => keep(await startCluster()));

const data: JobData = {
  version: JOB_VERSION,
  task: { text: 'a', timeoutSeconds: 600, priority: 0, callbackUrl: null },
  submission: randomUUID(),
  requestId: randomUUID(),
  traceparent: '',
};

describe('in a Redis Cluster, with a hash tag as prefix', () => {
  it.each([
    ['waiting', {}],
    ['prioritized', { priority: 3 }],
    ['delayed', { delay: 3_600_000 }],
  ])('a cancelled %s task is ended and counted', async (state, options) => {
    const prefix = `{${randomUUID()}}`;
    const settings = { ...COUNT_ENDS, connection: cluster, prefix };
    const tasks = new Queue(echo.name, settings, countingBackend(endCounterOf));
    const { id = '' } = await tasks.add(COMPUTE_JOB, data, { ...options, jobId: randomUUID() });
    const job = (await Job.fromId(tasks, id)) as TaskJob;
    expect(await job.getState()).toBe(state);
    expect(await withdraw(cluster as never, { tasks: tasks as never }, job)).toBe('withdrawn');
    expect(await job.getState()).toBe('failed');
    expect(await cluster.hget(tasks.toKey('metrics:cancelled'), 'count')).toBe('1');
    await tasks.close();
  });
});
