import { COMPUTE_JOB } from '@primes/contracts';
import { eventually, startService, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { dataOf } from '../../services/worker/test/fixture.ts';
import { openPrimes, type PrimesJob } from './worker.ts';

/** A queue and a store, and workers that export their spans to the test. */
async function openTraced() {
  await using building = new AsyncDisposableStack();
  const fixture = building.use(await openPrimes());
  const receiver = building.use(await startSpanReceiver());
  const prefixes = { QUEUE_PREFIX: fixture.prefix, STORE_PREFIX: fixture.prefix };
  const env = { REDIS_URL: fixture.url, ...prefixes, ...receiver.env };
  const parts = building.move();
  return {
    fixture,
    spans: receiver.spans,
    start: async () => parts.use(await startService('worker', env)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
type Traced = Awaited<ReturnType<typeof openTraced>>;

const SENDING = 'b'.repeat(16);
let traces = 0;
/** Adds a task with its own trace; the id of its producer span consists of b's. */
async function add({ fixture }: Traced, spec: { n: number }) {
  const traceId = (++traces).toString(16).padStart(32, 'c');
  const data = { ...dataOf({ fresh: false, ...spec }), traceparent: `00-${traceId}-${SENDING}-01` };
  const job: PrimesJob = await fixture.queue.add(COMPUTE_JOB, data, { attempts: 3, backoff: 10 });
  return { traceId, job };
}

/** Waits for this many runs of a job, and returns their spans in order. */
async function runs({ spans }: Traced, { id }: PrimesJob, count: number): Promise<readonly SeenSpan[]> {
  return eventually(() => {
    const found = spans.filter(
      ({ kind, attributes }) => kind === 'consumer' && attributes['messaging.message.id'] === id,
    );
    expect(found).toHaveLength(count);
    return found;
  });
}

/** The children of a span. */
function below({ spans }: Traced, { spanId }: SeenSpan): readonly SeenSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}

const names = (spans: readonly SeenSpan[]) => spans.map(({ name }) => name).toSorted();

describe('the span of a task', () => {
  it('is a child of its producer span, and the parent of its steps and their Redis commands', async () => {
    await using traced = await openTraced();
    const { traceId, job } = await add(traced, { n: 400_000 });
    await traced.start();
    const [run] = await runs(traced, job, 1);
    if (!run) throw new Error('No run');
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
    // The task waited until the worker started.
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

  it('has a limited number of descendants, and the number of dropped ones', async () => {
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

  it('contains the error of a failed command', async () => {
    await using traced = await openTraced();
    await traced.fixture.redis.set(traced.fixture.keys.manifest, 'not a hash');
    await traced.start();
    const { job } = await add(traced, { n: 1_000 });
    await runs(traced, job, 3);
    expect(traced.spans.find(({ name }) => name === 'HGETALL')).toMatchObject({
      failed: true,
      attributes: { 'db.response.status_code': 'WRONGTYPE', 'error.type': 'ReplyError' },
    });
  });
});
