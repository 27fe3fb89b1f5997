import { COMPUTE_JOB } from '@primes/contracts';
import { eventually, startService, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { describe, expect, it, jest } from '@jest/globals';
import { openPlace, taskData, type TaskJob } from './place.ts';

// Processes take their time to start on a busy machine.
jest.setTimeout(60_000);

/** A queue and a store, and workers whose spans are received. */
async function openTraced() {
  await using building = new AsyncDisposableStack();
  const place = building.use(await openPlace());
  const receiver = building.use(await startSpanReceiver());
  const prefixes = { QUEUE_PREFIX: place.prefix, STORE_PREFIX: place.prefix };
  const env = { REDIS_URL: place.url, ...prefixes, ...receiver.env };
  const parts = building.move();
  return {
    place,
    spans: receiver.spans,
    start: async () => parts.use(await startService('worker', env)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
type Traced = Awaited<ReturnType<typeof openTraced>>;

const SENDING = 'b'.repeat(16);
let traces = 0;
/** A task in a trace of its own; the span of its sending ends with b's. */
async function add({ place }: Traced, spec: { n: number; fresh?: boolean }, flags = '01') {
  const traceId = (++traces).toString(16).padStart(32, 'c');
  const data = { ...taskData(spec), traceparent: `00-${traceId}-${SENDING}-${flags}` };
  const job: TaskJob = await place.queue.add(COMPUTE_JOB, data, { attempts: 3, backoff: 10 });
  return { traceId, job };
}

/** The spans of all runs of a job, the first one first, once there are so many. */
async function runs({ spans }: Traced, { id }: TaskJob, count: number): Promise<readonly SeenSpan[]> {
  return eventually(() => {
    const found = spans.filter(
      ({ kind, attributes }) => kind === 'consumer' && attributes['messaging.message.id'] === id,
    );
    expect(found).toHaveLength(count);
    return found;
  });
}

/** The spans right beneath another. */
function below({ spans }: Traced, { spanId }: SeenSpan): readonly SeenSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}

const names = (spans: readonly SeenSpan[]) => spans.map(({ name }) => name).toSorted();

describe('the span of a task', () => {
  it('goes on from its sending, and has its steps and their Redis commands beneath it', async () => {
    await using traced = await openTraced();
    const { traceId, job } = await add(traced, { n: 400_000 });
    await traced.start();
    const [run] = await runs(traced, job, 1);
    if (!run) throw new Error('There is no run');
    expect(run).toMatchObject({ traceId, parentSpanId: SENDING, links: [], failed: false });
    expect(run.attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'primes',
      'messaging.message.id': job.id,
      'primes.job': 'compute',
      'primes.job.runs': 1,
      'primes.task.n': 400_000,
      'primes.task.wait_seconds': expect.any(Number),
    });
    // It waited for the worker's start.
    expect(run.attributes['primes.task.wait_seconds']).toBeGreaterThan(0);
    const steps = below(traced, run).filter(({ kind }) => kind === 'internal');
    expect(names(steps)).toEqual(['lease', 'plan', 'sieve', 'sieve', 'store', 'store']);
    const commandsOf = (step: string) =>
      names(steps.filter(({ name }) => name === step).flatMap((span) => below(traced, span)));
    expect(commandsOf('plan')).toEqual(['HGETALL']);
    expect(commandsOf('lease')).toEqual(['EVAL']);
    expect(commandsOf('sieve')).toEqual([]);
    expect(new Set(commandsOf('store'))).toEqual(new Set(['SET', 'MULTI', 'HSET', 'EVAL', 'EXEC']));
  });

  it('is not made where the sending was not sampled', async () => {
    await using traced = await openTraced();
    const worker = await traced.start();
    const { job } = await add(traced, { n: 1_000 }, '00');
    await traced.place.finished(job);
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(traced.spans).toEqual([]);
  });

  it('has a bounded number of others beneath it, and says how many there were more', async () => {
    await using traced = await openTraced();
    await traced.start();
    // 156 segments: two steps and five commands each.
    const { traceId, job } = await add(traced, { n: 30_000_000 });
    const [run] = await runs(traced, job, 1);
    expect(run?.attributes['primes.spans.unseen']).toBeGreaterThan(500);
    const all = traced.spans.filter((span) => span.traceId === traceId);
    expect(all.filter(({ kind }) => kind === 'internal')).toHaveLength(256);
    expect(all.filter(({ kind }) => kind === 'client')).toHaveLength(128);
  });
});

describe('a task that is taken again', () => {
  it('after a failure begins a trace with a link to its sending', async () => {
    await using traced = await openTraced();
    await traced.place.redis.set(traced.place.keys.manifest, 'not a hash');
    await traced.start();
    const { traceId, job } = await add(traced, { n: 1_000 });
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
    const command = traced.spans.find(({ name }) => name === 'HGETALL');
    expect(command).toMatchObject({
      failed: true,
      attributes: { 'db.response.status_code': 'WRONGTYPE', 'error.type': 'ReplyError' },
    });
  });

  it('after a hand-over goes on in its trace, and has not failed', async () => {
    await using traced = await openTraced();
    const release = await traced.place.hold(0);
    const worker = await traced.start();
    const { traceId, job } = await add(traced, { n: 1_000 });
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
    await release();
    await traced.start();
    const [, second] = await runs(traced, job, 2);
    expect(second).toMatchObject({ traceId, parentSpanId: SENDING, attributes: { 'primes.job.runs': 2 } });
  });
});
