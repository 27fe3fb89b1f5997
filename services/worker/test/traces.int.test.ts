import { COMPUTE_JOB, JOB_VERSION, type JobData } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { echoData, HOLD, openFixture } from './fixture.ts';
import { openTraced, SENDING } from './traced.ts';

const openEcho = async () => openTraced(await openFixture(), { job: 'echo' });

describe('the span of a task', () => {
  it('is a child of its producer span', async () => {
    await using traced = await openEcho();
    const { traceId, job } = await traced.add(echoData({ steps: 3 }).task);
    await traced.start();
    const [run] = await traced.runs(job, 1);
    if (!run) throw new Error('No run');
    expect(run).toMatchObject({ traceId, parentSpanId: SENDING, links: [], failed: false });
    expect(run.attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'echo',
      'messaging.message.id': job.id,
      'primes.job': 'compute',
      'primes.job.runs': 1,
      'primes.task.steps': 3,
      'primes.task.wait_seconds': expect.any(Number),
    });
    // The task waited until the worker started.
    expect(run.attributes['primes.task.wait_seconds']).toBeGreaterThan(0);
  });

  it('is not created if the producer span was not sampled', async () => {
    await using traced = await openEcho();
    const worker = await traced.start();
    const { job } = await traced.add(echoData().task, '00');
    await traced.fixture.finished(job);
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(traced.spans).toEqual([]);
  });
});

describe('a task with a second run', () => {
  it('starts a new trace with a link to its producer span after a failure', async () => {
    await using traced = await openEcho();
    await traced.start();
    const { traceId, job } = await traced.add(echoData({ throws: 3 }).task);
    const [first, ...others] = await traced.runs(job, 3);
    expect(first).toMatchObject({ traceId, parentSpanId: SENDING, links: [], failed: true });
    for (const run of others) {
      expect(run).toMatchObject({
        parentSpanId: undefined,
        links: [{ traceId, spanId: SENDING }],
        failed: true,
      });
      expect(run.traceId).not.toBe(traceId);
      expect(run.attributes).not.toHaveProperty('primes.task.wait_seconds');
    }
  });

  it('continues its trace without an error after a hand-over', async () => {
    await using traced = await openEcho();
    const worker = await traced.start();
    const { traceId, job } = await traced.add(echoData({ hold: HOLD }).task);
    await eventually(() => {
      expect(worker.logs.map(({ msg }) => msg)).toContain('task started');
    });
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const [first] = await traced.runs(job, 1);
    expect(first).toMatchObject({
      traceId,
      failed: false,
      attributes: { 'primes.outcome': 'handed over' },
    });
    await traced.fixture.release();
    await traced.start();
    const [, second] = await traced.runs(job, 2);
    expect(second).toMatchObject({ traceId, parentSpanId: SENDING, attributes: { 'primes.job.runs': 2 } });
  });

  it('says that the run was deferred to a newer worker', async () => {
    await using traced = await openEcho();
    const traceparent = `00-${'d'.repeat(32)}-${SENDING}-01`;
    const data = { ...echoData(), version: JOB_VERSION + 1, traceparent } as unknown as JobData;
    const job = await traced.fixture.queue.add(COMPUTE_JOB, data);
    await traced.start();
    await eventually(() => {
      const run = traced.spans.find(({ attributes }) => attributes['messaging.message.id'] === job.id);
      expect(run).toMatchObject({ failed: false, attributes: { 'primes.outcome': 'deferred' } });
    });
  });
});
