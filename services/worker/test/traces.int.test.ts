import { COMPUTE_JOB, JOB_VERSION, type JobData } from '@primes/contracts';
import { eventually, startService, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { release } from '@primes/testing/echo/run';
import { describe, expect, it } from '@jest/globals';
import { echoData, openFixture, type TaskJob } from './fixture.ts';

/** A queue, and workers that export their spans to the test. */
async function openTraced() {
  await using building = new AsyncDisposableStack();
  const fixture = building.use(await openFixture());
  const receiver = building.use(await startSpanReceiver());
  const prefixes = { QUEUE_PREFIX: fixture.prefix, STORE_PREFIX: fixture.prefix };
  const env = { REDIS_URL: fixture.url, ...prefixes, ...receiver.env };
  const parts = building.move();
  return {
    fixture,
    spans: receiver.spans,
    start: async () => parts.use(await startService('worker', env, { job: 'echo' })),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
type Traced = Awaited<ReturnType<typeof openTraced>>;

const SENDING = 'b'.repeat(16);
let traces = 0;
/** Adds a task with its own trace; the id of its producer span consists of b's. */
async function add({ fixture }: Traced, task: Parameters<typeof echoData>[0], flags = '01') {
  const traceId = (++traces).toString(16).padStart(32, 'c');
  const data = { ...echoData(task), traceparent: `00-${traceId}-${SENDING}-${flags}` };
  const job: TaskJob = await fixture.queue.add(COMPUTE_JOB, data, { attempts: 3, backoff: 10 });
  return { traceId, job };
}

/** Waits for this many runs of a job, and returns their spans in order. */
async function runs({ spans }: Traced, { id }: TaskJob, count: number): Promise<readonly SeenSpan[]> {
  return eventually(() => {
    const found = spans.filter(
      ({ kind, attributes }) => kind === 'consumer' && attributes['messaging.message.id'] === id,
    );
    expect(found).toHaveLength(count);
    return found;
  });
}

describe('the span of a task', () => {
  it('is a child of its producer span', async () => {
    await using traced = await openTraced();
    const { traceId, job } = await add(traced, { steps: 3 });
    await traced.start();
    const [run] = await runs(traced, job, 1);
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
    await using traced = await openTraced();
    const worker = await traced.start();
    const { job } = await add(traced, {}, '00');
    await traced.fixture.finished(job);
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(traced.spans).toEqual([]);
  });
});

describe('a task with a second run', () => {
  it('starts a new trace with a link to its producer span after a failure', async () => {
    await using traced = await openTraced();
    await traced.start();
    const { traceId, job } = await add(traced, { failures: 3 });
    const [first, ...others] = await runs(traced, job, 3);
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
    await using traced = await openTraced();
    const hold = `${traced.fixture.prefix}:hold`;
    const worker = await traced.start();
    const { traceId, job } = await add(traced, { hold });
    await eventually(() => {
      expect(worker.logs.map(({ msg }) => msg)).toContain('task started');
    });
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const [first] = await runs(traced, job, 1);
    expect(first).toMatchObject({
      traceId,
      failed: false,
      attributes: { 'primes.outcome': 'handed over' },
    });
    await release(traced.fixture.redis, hold);
    await traced.start();
    const [, second] = await runs(traced, job, 2);
    expect(second).toMatchObject({ traceId, parentSpanId: SENDING, attributes: { 'primes.job.runs': 2 } });
  });

  it('says that the run was deferred to a newer worker', async () => {
    await using traced = await openTraced();
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
